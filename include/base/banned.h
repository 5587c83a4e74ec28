/*
 * banned.h: functions that have a better sister, made not to compile.
 *
 * It is included before everything else, so the system's headers come first
 * and the names are poisoned after them.
 */
#ifndef TSHOP_BASE_BANNED_H
#define TSHOP_BASE_BANNED_H

#define _GNU_SOURCE 1
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* clang-format off */
#pragma GCC poison strcpy strcat strncpy strncat sprintf vsprintf gets
#pragma GCC poison strtok atoi atol atoll atof srand system popen
#pragma GCC poison gmtime localtime ctime asctime tmpnam mktemp
/* clang-format on */

#endif
