/*
 * turn.c: several requests on one line.
 *
 * A request that only reads sends its statement and is put aside; meanwhile
 * the next one's is sent. PostgreSQL answers in the order it was asked, so
 * each is resumed in that order, and finds its own answer next. What has to
 * have the line for itself – a transaction, a write, a statement that is not
 * prepared yet – waits until everybody else has been answered, and then goes
 * on alone to the end of its fiber.
 */
#include "base/fiber.h"
#include "base/insist.h"

#include "furniture.h"

static void
turns_wait(struct turns *turns)
{
	struct turn turn = { .fiber = fiber_current() };

	*turns->end = &turn;
	turns->end = &turn.next;
	fiber_park();
}

/* The first, who is no longer among them; NULL: there is none. */
static struct fiber *
turns_next(struct turns *turns)
{
	struct turn *turn = turns->first;

	if (!turn)
		return NULL;
	turns->first = turn->next;
	if (!turns->first)
		turns->end = &turns->first;
	return turn->fiber;
}

static bool
is_alone(const struct line *line)
{
	return !fiber_current() || line->alone == fiber_current();
}

void
line_enter(struct line *line, bool may_share)
{
	if (!may_share && !is_alone(line))
		turns_wait(&line->lonely);
}

bool
line_turn(struct line *line)
{
	unsigned connections = line->connections;

	if (is_alone(line))
		return true;
	turns_wait(&line->asked);
	return line->connections == connections;
}

void
db_take_turns(struct db *db)
{
	struct line *line = db->line;
	struct fiber *next;

	for (;;) {
		if ((next = turns_next(&line->asked))) {
			fiber_resume(next);
		} else if ((next = turns_next(&line->lonely))) {
			line->alone = next;
			fiber_resume(next);
			line->alone = NULL;
		} else {
			return;
		}
	}
}
