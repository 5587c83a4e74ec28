/*
 * conf.h: settings, read once from the environment at start.
 *
 * A setting may also come from a file: systemd's credentials folder
 * ($CREDENTIALS_DIRECTORY) is looked into first for a file of its name. All
 * wrong ones are reported together and the program does not start; unknown
 * TSHOP_ names are a warning.
 */
#ifndef TSHOP_BASE_CONF_H
#define TSHOP_BASE_CONF_H

#include <stdbool.h>

#include "base/window.h"

enum setting {
#define SETTING(name, kind, fallback, must, manual) CONF_##name,
#include "base/settings.def"
#undef SETTING
	CONF_COUNT
};

enum program {
	PROGRAM_WORKER = 1,
	PROGRAM_JOBS = 2,
	PROGRAM_SANDBOX = 4,
	PROGRAM_CTL = 8,
};

/* Read and check all; false after having logged every wrong one. */
bool conf_load(enum program);

/* Where TSHOP_WORKERS_FAST is 0: few, so that each finds several requests. */
#define WORKERS_FAST_PER_CORE 2

/* The text in force; "" when unset and without a default. */
const char *conf_text(enum setting);
bool conf_is_set(enum setting);
int conf_int(enum setting);
bool conf_is_on(enum setting);
int conf_seconds(enum setting);
const struct windows *conf_windows(enum setting);
/* Is 'item' one of a LIST's items, exactly? */
bool conf_list_has(enum setting, const char *item);

/* For the manual, demo.env and tshopctl conf. */
const char *conf_name(enum setting);
const char *conf_default(enum setting);
const char *conf_manual(enum setting);
bool conf_is_secret(enum setting);

#endif
