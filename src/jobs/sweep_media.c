/*
 * sweep_media.c: pictures that nobody needs, drawings that nobody finishes.
 *
 * No transaction is open while files go, for they may be far away. So a row
 * goes first, and just before and after its file does one looks whether
 * somebody has come to need it meanwhile.
 */
#include "base/log.h"
#include "db/tx.h"
#include "media/media.h"
#include "sql/generate.h"
#include "sql/media.h"

#include "workers.h"

/* clang-format off */
#define AT_ONCE       200
#define UNUSED_S      (7 * 24 * 3600) /* after the last one needed it */
#define DELETED_S     (7 * 24 * 3600) /* after the design was deleted */
#define ABANDONED_S   (15 * 60)       /* after it was ordered */
/* clang-format on */

/* Close what is open to all and shown by nobody. */
static enum outcome
hide(struct job *job)
{
	struct sql_media_hide *rows;
	struct sql_media_state now;
	char key[MEDIA_KEY];
	int count;

	TRY(sql_media_hide(job->db, AT_ONCE, &rows, &count));
	for (int i = 0; i < count; i++) {
		if (!media_key_of(rows[i].sha256.at, rows[i].mime, key))
			continue;
		TRY(media_delete(key, MEDIA_PUBLIC));
		TRY(sql_media_state(job->db, rows[i].sha256, &now));
		if (now.shown) {
			TRY(sql_media_show(job->db, rows[i].sha256, true));
			TRY(media_publish(key));
		}
	}
	return OK;
}

static enum outcome
forget(struct job *job, int *count)
{
	struct sql_media_unused *rows;
	struct sql_media_state now;
	char key[MEDIA_KEY];

	TRY(sql_media_unused(job->db, UNUSED_S, AT_ONCE, &rows, count));
	for (int i = 0; i < *count; i++) {
		TRY(sql_media_state(job->db, rows[i].sha256, &now));
		if (now.known ||
		    !media_key_of(rows[i].sha256.at, rows[i].mime, key))
			continue;
		TRY(media_delete(key, MEDIA_PUBLIC));
		TRY(media_delete(key, MEDIA_PRIVATE));
	}
	return OK;
}

/* Their jobs are dead: whoever waits is told, and has the quota back. */
static enum outcome
give_up(struct job *job)
{
	struct sql_draw_abandoned *rows;
	int count, touched;

	TRY(sql_draw_abandoned(job->db, ABANDONED_S, &rows, &count));
	for (int i = 0; i < count; i++) {
		TX(job->db);
		TRY(sql_draw_failed(
		    job->db, rows[i].id, "failed", "INTERNAL_ERROR", &touched));
		TRY(sql_draw_settle(
		    job->db, rows[i].id, "returned", false, "INTERNAL_ERROR"));
		TRY(TX_COMMIT(OK));
	}
	return OK;
}

enum outcome
work_sweep_media(struct job *job)
{
	int count, touched;

	TRY(give_up(job));
	TRY(sql_media_unref_deleted(job->db, DELETED_S, &touched));
	TRY(hide(job));
	do
		TRY(forget(job, &count));
	while (count == AT_ONCE);
	return OK;
}
