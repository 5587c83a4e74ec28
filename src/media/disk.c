/*
 * disk.c: the files themselves. A file is written under a passing name in
 * its own folder, flushed, and renamed: nobody ever sees half a picture, and
 * one that has a name is on the disk.
 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <sys/stat.h>

#include "base/arena.h"
#include "base/insist.h"
#include "base/log.h"
#include "furniture.h"

#define PATH_ROOM 4096

static enum outcome
disk_failed(const char *what)
{
	log_event(LOG_ERROR, "media-disk", LOG_TEXT("call", what),
	    LOG_TEXT("error", strerrordesc_np(errno)));
	return INTERNAL_ERROR;
}

/* The first 'length' bytes of the key's path; 'key' NULL is the class. */
static void
path_of(char path[PATH_ROOM], const char *key, enum media_visibility v)
{
	int length;

	insist(shelf.folder != NULL);
	length = snprintf(
	    path, PATH_ROOM, "%s/%s/%s", shelf.folder, media_class(v), key);
	insist(length > 0 && length < PATH_ROOM);
}

/*
 * A folder that the web server's group may enter, whatever our umask; bits
 * that hand the group down stay.
 */
static bool
make_folder(const char *path)
{
	struct stat st;

	if (mkdir(path, 0750) != 0)
		return errno == EEXIST;
	return stat(path, &st) == 0 &&
	       chmod(path, (st.st_mode & 07777) | 0750) == 0;
}

/* The class's folder, aa, and aa/bb. */
static bool
make_folders(const char *path)
{
	size_t start = strlen(shelf.folder) + 1;
	char part[PATH_ROOM];

	for (const char *s = path + start; (s = strchr(s, '/')) != NULL; s++) {
		memcpy(part, path, (size_t)(s - path));
		part[s - path] = '\0';
		if (!make_folder(part))
			return false;
	}
	return true;
}

static bool
write_all(int fd, const char *bytes, size_t size)
{
	while (size > 0) {
		ssize_t n = write(fd, bytes, size);

		if (n < 0 && errno != EINTR)
			return false;
		if (n > 0) {
			bytes += n;
			size -= (size_t)n;
		}
	}
	return true;
}

/* The name in the folder is only safe when the folder itself is. */
static bool
flush_folder(const char *path)
{
	char folder[PATH_ROOM];
	const char *slash = strrchr(path, '/');
	bool done;
	int fd;

	memcpy(folder, path, (size_t)(slash - path));
	folder[slash - path] = '\0';
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return false;
	done = fsync(fd) == 0;
	(void)close(fd);
	return done;
}

static enum outcome
write_file(const char *path, const void *bytes, size_t size)
{
	char passing[PATH_ROOM + TOKEN_TEXT + 8], token[TOKEN_TEXT];
	bool written;
	int fd;

	token_create(token);
	(void)snprintf(passing, sizeof(passing), "%s.%s", path, token);
	fd = open(passing, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
	    0640);
	if (fd < 0)
		return disk_failed("open");
	written = write_all(fd, bytes, size) && fchmod(fd, 0640) == 0 &&
		  fsync(fd) == 0;
	written = close(fd) == 0 && written;
	if (written && rename(passing, path) == 0)
		return flush_folder(path) ? OK : disk_failed("fsync");
	(void)disk_failed("write");
	(void)unlink(passing);
	return INTERNAL_ERROR;
}

/* Is it there already? Only whole files have the name. */
static bool
is_stored(const char *path, size_t size)
{
	struct stat st;

	return lstat(path, &st) == 0 && S_ISREG(st.st_mode) &&
	       (size_t)st.st_size == size;
}

static enum outcome
disk_put(const char *key, enum media_visibility v, const void *bytes,
    size_t size, const char *mime)
{
	char path[PATH_ROOM];

	(void)mime;
	path_of(path, key, v);
	if (is_stored(path, size))
		return OK;
	if (!make_folders(path))
		return disk_failed("mkdir");
	return write_file(path, bytes, size);
}

static enum outcome
read_file(struct arena *arena, int fd, const void **bytes, size_t *size)
{
	struct stat st;
	size_t got = 0;
	char *to;

	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) ||
	    st.st_size > MEDIA_BYTES_MOST)
		return NOT_FOUND;
	to = arena_alloc(arena, (size_t)st.st_size + 1);
	while (got < (size_t)st.st_size) {
		ssize_t n = read(fd, to + got, (size_t)st.st_size - got);

		if (n == 0 || (n < 0 && errno != EINTR))
			return disk_failed("read");
		got += n > 0 ? (size_t)n : 0;
	}
	*bytes = to;
	*size = got;
	return OK;
}

static enum outcome
disk_read(struct arena *arena, const char *key, enum media_visibility v,
    const void **bytes, size_t *size)
{
	enum outcome outcome;
	char path[PATH_ROOM];
	int fd;

	path_of(path, key, v);
	fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? NOT_FOUND : disk_failed("open");
	outcome = read_file(arena, fd, bytes, size);
	(void)close(fd);
	return outcome;
}

static enum outcome
disk_forget(const char *key, enum media_visibility v)
{
	char path[PATH_ROOM];

	path_of(path, key, v);
	if (unlink(path) != 0 && errno != ENOENT)
		return disk_failed("unlink");
	return OK;
}

/* A second name for the same bytes: nothing is copied. */
static enum outcome
disk_publish(const char *key)
{
	char from[PATH_ROOM], to[PATH_ROOM];

	path_of(from, key, MEDIA_PRIVATE);
	path_of(to, key, MEDIA_PUBLIC);
	if (!make_folders(to))
		return disk_failed("mkdir");
	if (link(from, to) != 0 && errno != EEXIST)
		return errno == ENOENT ? NOT_FOUND : disk_failed("link");
	return flush_folder(to) ? OK : disk_failed("fsync");
}

static const char *
disk_elsewhere(
    struct arena *arena, const char *key, enum media_visibility v, int lasts_s)
{
	(void)arena;
	(void)key;
	(void)v;
	(void)lasts_s;
	return NULL;
}

const struct keeper keeper_disk = {
	.put = disk_put,
	.read = disk_read,
	.forget = disk_forget,
	.publish = disk_publish,
	.elsewhere = disk_elsewhere,
};
