#include "editor/text/file_target.h"
#include "editor/base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/xattr.h>
#include <unistd.h>

static const char access_list[] = "system.posix_acl_access";

static char *path_join(const char *folder, const char *name)
{
    char *path = memory_new(strlen(folder) + strlen(name) + 2);
    sprintf(path, "%s%s%s", folder, strcmp(folder, "/") ? "/" : "", name);
    return path;
}

/* The part of a path before its last name, as a folder to look in. */
static char *path_folder(const char *path)
{
    const char *slash = strrchr(path, '/');
    if (!slash)
        return memory_copy(".", 1);
    return memory_copy(path, slash == path ? 1 : (size_t)(slash - path));
}

/* Where a symbolic link that leads nowhere yet points to; NULL where the path is no link. */
static char *follow_link(const char *path)
{
    char goal[PATH_MAX];
    ssize_t size = readlink(path, goal, sizeof goal - 1);
    if (size <= 0)
        return NULL;
    goal[size] = 0;
    if (goal[0] == '/')
        return memory_copy(goal, (size_t)size);
    char *folder = path_folder(path), *joined = path_join(folder, goal);
    free(folder);
    return joined;
}

/* The name that a file to be created has: links that lead nowhere followed, its folder spelled out. */
static char *resolve_new(const char *path)
{
    char *now = memory_copy(path, strlen(path)), *next;
    for (int links = 0; links < 40 && (next = follow_link(now)); links++) {
        free(now);
        now = next;
    }
    char *folder = path_folder(now), *real = realpath(folder, NULL);
    const char *slash = strrchr(now, '/');
    char *resolved = real ? path_join(real, slash ? slash + 1 : now) : NULL;
    free(folder);
    free(real);
    free(now);
    return resolved;
}

bool target_find(struct target *target, const char *path, struct error *error)
{
    *target = (struct target){ .path = realpath(path, NULL) };
    if (!target->path && errno == ENOENT)
        target->path = resolve_new(path);
    if (!target->path)
        return fail(error, "cannot write %s: %m", path);
    target->folder = path_folder(target->path);
    target->exists = stat(target->path, &target->status) == 0;
    if (!target->exists && errno != ENOENT)
        return fail(error, "cannot write %s: %m", path);
    if (target->exists && !S_ISREG(target->status.st_mode))
        return fail(error, "cannot write %s: it is %s", path,
                    S_ISDIR(target->status.st_mode) ? "a folder" : "no regular file");
    return true;
}

void target_free(struct target *target)
{
    free(target->path);
    free(target->folder);
}

bool target_is_fixed(const struct target *target)
{
    if (!target->exists)
        return false;
    bool foreign = geteuid() != 0 && target->status.st_uid != geteuid();
    return target->status.st_nlink > 1 || foreign ||
           faccessat(AT_FDCWD, target->folder, W_OK | X_OK, AT_EACCESS) != 0;
}

int temporary_create(const char *folder, mode_t mode, char **path)
{
    for (int attempts = 0; attempts < 100; attempts++) {
        unsigned long long number;
        char name[40];
        if (getrandom(&number, sizeof number, 0) != sizeof number)
            break;
        snprintf(name, sizeof name, ".lacuna-%016llx", number);
        *path = path_join(folder, name);
        int descriptor = open(*path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
        if (descriptor >= 0)
            return descriptor;
        int reason = errno;
        free(*path);
        errno = reason;
        if (reason != EEXIST)
            break;
    }
    *path = NULL;
    return -1;
}

/* Whether losing an attribute would lose something of the user's: not what the system labels files with. */
static bool is_precious(const char *name)
{
    return !strncmp(name, "user.", 5) || !strcmp(name, access_list);
}

static bool copy_attribute(const char *from, int to, const char *name)
{
    ssize_t size = getxattr(from, name, NULL, 0);
    if (size < 0)
        return !is_precious(name);
    char *value = memory_new((size_t)size);
    size = getxattr(from, name, value, (size_t)size);
    bool done = size >= 0 && fsetxattr(to, name, value, (size_t)size, 0) == 0;
    free(value);
    return done || !is_precious(name);
}

static bool copy_extended_attributes(const char *from, int to)
{
    ssize_t size = listxattr(from, NULL, 0);
    char *names = memory_new_zero(size > 0 ? (size_t)size + 1 : 1);
    size = size > 0 ? listxattr(from, names, (size_t)size) : 0;
    bool done = true, listed = false;
    for (ssize_t at = 0; at < size; at += (ssize_t)strlen(names + at) + 1) {
        done = done && copy_attribute(from, to, names + at);
        listed = listed || !strcmp(names + at, access_list);
    }
    if (!listed)
        fremovexattr(to, access_list);
    free(names);
    return done;
}

bool target_copy_attributes(const struct target *target, int descriptor)
{
    struct stat own;
    if (fstat(descriptor, &own) < 0)
        return false;
    bool same = own.st_uid == target->status.st_uid && own.st_gid == target->status.st_gid;
    if (!same && fchown(descriptor, target->status.st_uid, target->status.st_gid) < 0)
        return false;
    return copy_extended_attributes(target->path, descriptor) &&
           fchmod(descriptor, target->status.st_mode & 07777) == 0;
}

enum { WRITE_STEP = 1 << 20 };

bool write_all(int descriptor, const char *bytes, size_t size)
{
    while (size) {
        ssize_t put = write(descriptor, bytes, size < WRITE_STEP ? size : WRITE_STEP);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return false;
        bytes += put;
        size -= (size_t)put;
    }
    return true;
}

bool copy_descriptor(int from, int to)
{
    char block[65536];
    for (off_t at = 0;;) {
        ssize_t got = pread(from, block, sizeof block, at);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return got == 0;
        if (!write_all(to, block, (size_t)got))
            return false;
        at += got;
    }
}

bool folder_sync(const char *folder)
{
    int descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0)
        return errno == EACCES;
    bool done = fsync(descriptor) == 0 || errno == EINVAL || errno == EROFS;
    int reason = errno;
    close(descriptor);
    errno = reason;
    return done;
}
