/*
 * ten.c: the least that a FastCGI program can do, to hold our workers against.
 * Answers every request with the bytes of one file, CGI header and all.
 */
#include <fcgiapp.h>
#include <fcntl.h>
#include <unistd.h>

int
main(int argc, char **argv)
{
	static char bytes[1 << 20];
	int fd = argc > 1 ? open(argv[1], O_RDONLY) : -1;
	ssize_t size = fd < 0 ? -1 : read(fd, bytes, sizeof(bytes));
	FCGX_Request request;

	if (size < 0 || FCGX_Init() != 0 ||
	    FCGX_InitRequest(&request, 0, 0) != 0)
		return 1;
	while (FCGX_Accept_r(&request) == 0)
		FCGX_PutStr(bytes, (int)size, request.out);
	return 0;
}
