/*
 * pictures.c: opening and closing the pictures of a design.
 */
#include "http/reply.h"
#include "media/media.h"
#include "sql/media.h"

#include "pictures.h"

enum outcome
pictures_show(struct request *rq, struct id design)
{
	struct sql_media_of_design *rows;
	char key[MEDIA_KEY];
	int count;

	TRY(sql_media_of_design(rq->db, design, &rows, &count));
	for (int i = 0; i < count; i++) {
		if (!media_key_of(rows[i].sha256.at, rows[i].mime, key))
			continue;
		TRY(sql_media_show(rq->db, rows[i].sha256, rows[i].shown));
		if (!rows[i].shown)
			TRY(media_delete(key, MEDIA_PUBLIC));
		else if (FAILED(media_publish(key)))
			return fault(rq, "no picture to publish: %s", key);
	}
	return OK;
}
