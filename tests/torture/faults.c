/* A layer between a program and its disk: the n-th call that changes something below a folder
 * fails with EIO, or kills the program right before or after it.
 *
 * TORTURE_PREFIX  the folder
 * TORTURE_AT      which call, counted from 1
 * TORTURE_COUNT   how many calls fail from there on
 * TORTURE_HOW     eio | before | after
 * TORTURE_STRIKE  a file to make when the first of them comes
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static atomic_int calls;

static int below(const char *path)
{
    const char *prefix = getenv("TORTURE_PREFIX");
    return prefix && path && strncmp(path, prefix, strlen(prefix)) == 0;
}

static int handle_below(int handle)
{
    char link[64], path[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", handle);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0)
        return 0;
    path[length] = 0;
    return below(path);
}

/* 0: go on; 1: fail; 2: die afterwards */
static int fate(void)
{
    const char *at = getenv("TORTURE_AT"), *how = getenv("TORTURE_HOW");
    const char *count = getenv("TORTURE_COUNT");
    if (!at || !how)
        return 0;
    int call = ++calls, first = atoi(at);
    if (call < first || call >= first + (count ? atoi(count) : 1))
        return 0;
    const char *strike = getenv("TORTURE_STRIKE");
    int made = strike ? open(strike, O_CREAT | O_WRONLY | O_CLOEXEC, 0600) : -1;
    if (made >= 0)
        close(made);
    if (!strcmp(how, "before"))
        kill(getpid(), SIGKILL);
    return strcmp(how, "after") ? 1 : 2;
}

#define GUARD(kind, name, here, params, args)                                                      \
    kind name params                                                                               \
    {                                                                                              \
        static kind (*real) params;                                                                \
        if (!real)                                                                                 \
            real = dlsym(RTLD_NEXT, #name);                                                        \
        int what = (here) ? fate() : 0;                                                            \
        if (what == 1) {                                                                           \
            errno = EIO;                                                                           \
            return -1;                                                                             \
        }                                                                                          \
        kind result = real args;                                                                   \
        if (what == 2)                                                                             \
            kill(getpid(), SIGKILL);                                                               \
        return result;                                                                             \
    }

GUARD(ssize_t, write, handle_below(fd), (int fd, const void *data, size_t n), (fd, data, n))
GUARD(ssize_t, pwrite, handle_below(fd), (int fd, const void *data, size_t n, off_t at), (fd, data, n, at))
GUARD(ssize_t, pwrite64, handle_below(fd), (int fd, const void *data, size_t n, off64_t at), (fd, data, n, at))
GUARD(int, fsync, handle_below(fd), (int fd), (fd))
GUARD(int, ftruncate, handle_below(fd), (int fd, off_t n), (fd, n))
GUARD(int, ftruncate64, handle_below(fd), (int fd, off64_t n), (fd, n))
GUARD(int, rename, below(to) || below(from), (const char *from, const char *to), (from, to))
GUARD(int, renameat, below(to) || below(from), (int a, const char *from, int b, const char *to), (a, from, b, to))
GUARD(int, renameat2, below(to) || below(from), (int a, const char *from, int b, const char *to, unsigned how), (a, from, b, to, how))
GUARD(int, unlink, below(path), (const char *path), (path))
GUARD(int, mkdir, below(path), (const char *path, mode_t mode), (path, mode))
