/*
 * denied.h: keys that are over their limit until a known time, remembered in
 * the worker, so that a flood costs no round trip.
 */
#ifndef TSHOP_GUARD_DENIED_H
#define TSHOP_GUARD_DENIED_H

void denied_add(const char *key, int seconds);
/* Seconds left, 0 if it may be asked. */
int denied_for(const char *key);

#endif
