/*
 * tshop-render: canvas to PNG, caged. include/render/render.h tells how to
 * talk to it. With -F it only prints which fonts are missing.
 */
#include <signal.h>
#include <unistd.h>

#include <sys/prctl.h>

#include "render/render.h"

int
main(int argc, char **argv)
{
	int status;

	if (argc == 2 && strcmp(argv[1], "-F") == 0)
		return render_missing_fonts() > 0;
	if (argc != 1) {
		fprintf(stderr, "usage: tshop-render [-F]\n");
		return 2;
	}
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	status = render_serve(STDIN_FILENO, STDOUT_FILENO);
	/* Nothing is flushed, freed or asked at exit: all of it is gone. */
	_exit(status);
}
