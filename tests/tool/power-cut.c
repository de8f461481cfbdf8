/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Preloaded into a program under test (LD_PRELOAD): ends it after its k-th step on the files below a folder, and keeps
 * a shadow of what a power cut would have left of them.
 *
 * Steps are: creating, writing (the first half, the rest), syncing, renaming, linking, unlinking, truncating; and
 * sending the commands DELE and QUIT to a server. The variables:
 *
 *   TAUBE_CUT_ROOT    the folder, an absolute path without links
 *   TAUBE_CUT_SHADOW  where the shadow lies, on the same file system: i/INODE is what of a file was synced, d/INODE the
 *                     names that were in a folder when that was synced ("INODE TYPE NAME", each ended by NUL)
 *   TAUBE_CUT_AT      k; 0: never
 *   TAUBE_CUT_STEPS   a file that gets a line for each step: what it was */

/* Both names of each function are defined here, the plain one and that for large files. */
#undef _FILE_OFFSET_BITS

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#define SHIM __attribute__ ((visibility ("default")))

/* The function of that name which comes next. */
#define NEXT(name, type)                                                                                               \
  static __typeof__ (type) next;                                                                                       \
  if (next == NULL)                                                                                                    \
  next = (type)dlsym (RTLD_NEXT, name)

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static long n_steps;
static __thread int inside; /* this very file is at work */

static const char *
get_root (void)
{
  return getenv ("TAUBE_CUT_ROOT");
}

static void
tell (const char *what)
{
  const char *name = getenv ("TAUBE_CUT_STEPS");
  FILE *file = name != NULL ? fopen (name, "a") : NULL;

  if (file == NULL)
    return;
  fprintf (file, "%s\n", what);
  fclose (file);
}

static void
step (const char *what)
{
  const char *at = getenv ("TAUBE_CUT_AT");

  pthread_mutex_lock (&lock);
  inside++;
  tell (what);
  inside--;
  n_steps++;
  if (at != NULL && n_steps == atol (at))
    {
      kill (getpid (), SIGKILL);
      for (;;)
        pause ();
    }
  pthread_mutex_unlock (&lock);
}

/* Which files. */

static int
is_below (const char *path)
{
  const char *root = get_root ();
  size_t length = root != NULL ? strlen (root) : 0;

  return !inside && length > 0 && strncmp (path, root, length) == 0 && (path[length] == '/' || path[length] == '\0');
}

static int
is_tracked (int fd)
{
  char link[64], path[PATH_MAX];
  ssize_t length;

  if (inside || get_root () == NULL)
    return 0;
  snprintf (link, sizeof link, "/proc/self/fd/%d", fd);
  length = readlink (link, path, sizeof path - 1);
  if (length <= 0)
    return 0;
  path[length] = '\0';
  return is_below (path);
}

static void
make_shadow_path (char *path, size_t size, const char *kind, unsigned long long number)
{
  snprintf (path, size, "%s/%s/%llu", getenv ("TAUBE_CUT_SHADOW"), kind, number);
}

static void
fail (const char *what, const char *path)
{
  fprintf (stderr, "power-cut: %s %s: %s\n", what, path, strerror (errno));
  abort ();
}

/* A file that goes keeps its inode, so that the number means no other file later. */
static void
keep (const char *path)
{
  static int count;
  char kept[PATH_MAX];

  inside++;
  do
    make_shadow_path (kept, sizeof kept, "keep", (unsigned long long)getpid () * 100000 + (unsigned)count++);
  while (linkat (AT_FDCWD, path, AT_FDCWD, kept, 0) != 0 && errno == EEXIST);
  inside--;
}

/* The shadow. */

static void
copy_file (int fd, const struct stat *status)
{
  char path[PATH_MAX], other[PATH_MAX + 8], block[65536];
  ssize_t length;
  off_t at = 0;
  int out;

  make_shadow_path (path, sizeof path, "i", status->st_ino);
  snprintf (other, sizeof other, "%s-new", path);
  out = open (other, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  if (out < 0)
    fail ("cannot create", other);
  /* The descriptor may be for writing alone. */
  snprintf (block, sizeof block, "/proc/self/fd/%d", fd);
  fd = open (block, O_RDONLY);
  if (fd < 0)
    fail ("cannot open", block);
  while ((length = pread (fd, block, sizeof block, at)) > 0)
    {
      if (write (out, block, (size_t)length) != length)
        fail ("cannot write", other);
      at += length;
    }
  close (fd);
  close (out);
  if (rename (other, path) != 0)
    fail ("cannot rename", other);
}

static void
copy_folder (int fd, const struct stat *status)
{
  char path[PATH_MAX], other[PATH_MAX + 8], link[64];
  struct dirent *entry;
  DIR *folder;
  FILE *out;

  make_shadow_path (path, sizeof path, "d", status->st_ino);
  snprintf (other, sizeof other, "%s-new", path);
  snprintf (link, sizeof link, "/proc/self/fd/%d", fd);
  folder = opendir (link);
  out = fopen (other, "w");
  if (folder == NULL || out == NULL)
    fail ("cannot copy", path);
  while ((entry = readdir (folder)) != NULL)
    if (strcmp (entry->d_name, ".") != 0 && strcmp (entry->d_name, "..") != 0)
      fprintf (out, "%llu %c %s%c", (unsigned long long)entry->d_ino, entry->d_type == DT_DIR ? 'd' : 'f',
               entry->d_name, '\0');
  closedir (folder);
  fclose (out);
  if (rename (other, path) != 0)
    fail ("cannot rename", other);
}

static void
remember (int fd)
{
  struct stat status;

  inside++;
  if (fstat (fd, &status) == 0 && S_ISDIR (status.st_mode))
    copy_folder (fd, &status);
  else if (S_ISREG (status.st_mode))
    copy_file (fd, &status);
  inside--;
}

/* A new file has the number of one that is gone, maybe; nothing of it is on the disk. */
static void
forget (int fd)
{
  char path[PATH_MAX];
  struct stat status;

  inside++;
  if (fstat (fd, &status) == 0)
    {
      make_shadow_path (path, sizeof path, "i", status.st_ino);
      unlink (path);
    }
  inside--;
}

/* Creating. */

typedef int (*OpenAt) (int, const char *, int, ...);

static int
do_open (OpenAt next, int folder, const char *path, int flags, mode_t mode)
{
  int is_new = (flags & O_CREAT) != 0 && is_below (path) && faccessat (folder, path, F_OK, AT_SYMLINK_NOFOLLOW) != 0;
  int fd = next (folder, path, flags, mode);
  int code = errno;

  if (fd >= 0 && is_new)
    {
      forget (fd);
      step ("create");
    }
  errno = code;
  return fd;
}

static mode_t
read_mode (int flags, va_list args)
{
  return (flags & (O_CREAT | O_TMPFILE)) != 0 ? (mode_t)va_arg (args, int) : 0;
}

#define DEFINE_OPEN(name)                                                                                              \
  SHIM int name (const char *path, int flags, ...);                                                                    \
  int name (const char *path, int flags, ...)                                                                          \
  {                                                                                                                    \
    NEXT ("openat64", OpenAt);                                                                                         \
    va_list args;                                                                                                      \
    mode_t mode;                                                                                                       \
    va_start (args, flags);                                                                                            \
    mode = read_mode (flags, args);                                                                                    \
    va_end (args);                                                                                                     \
    return do_open (next, AT_FDCWD, path, flags, mode);                                                                \
  }
#define DEFINE_OPENAT(name)                                                                                            \
  SHIM int name (int folder, const char *path, int flags, ...);                                                        \
  int name (int folder, const char *path, int flags, ...)                                                              \
  {                                                                                                                    \
    NEXT ("openat64", OpenAt);                                                                                         \
    va_list args;                                                                                                      \
    mode_t mode;                                                                                                       \
    va_start (args, flags);                                                                                            \
    mode = read_mode (flags, args);                                                                                    \
    va_end (args);                                                                                                     \
    return do_open (next, folder, path, flags, mode);                                                                  \
  }

DEFINE_OPEN (open)
DEFINE_OPEN (open64)
DEFINE_OPENAT (openat)
DEFINE_OPENAT (openat64)

SHIM int mkdir (const char *path, mode_t mode);
int
mkdir (const char *path, mode_t mode)
{
  NEXT ("mkdir", int (*) (const char *, mode_t));
  int result = next (path, mode);

  if (result == 0 && is_below (path))
    step ("create");
  return result;
}

/* Writing. */

SHIM ssize_t write (int fd, const void *data, size_t length);
ssize_t
write (int fd, const void *data, size_t length)
{
  NEXT ("write", ssize_t (*) (int, const void *, size_t));
  size_t half = length / 2;
  ssize_t first, rest;

  if (!is_tracked (fd))
    return next (fd, data, length);
  first = half > 0 ? next (fd, data, half) : 0;
  if (first != (ssize_t)half)
    return first;
  if (half > 0)
    step ("write");
  rest = next (fd, (const char *)data + half, length - half);
  step ("write");
  return rest >= 0 ? first + rest : first > 0 ? first : rest;
}

static ssize_t
write_at (int fd, const void *data, size_t length, off_t offset)
{
  NEXT ("pwrite64", ssize_t (*) (int, const void *, size_t, off_t));
  size_t half = length / 2;
  ssize_t first, rest;

  if (!is_tracked (fd))
    return next (fd, data, length, offset);
  first = half > 0 ? next (fd, data, half, offset) : 0;
  if (first != (ssize_t)half)
    return first;
  if (half > 0)
    step ("write");
  rest = next (fd, (const char *)data + half, length - half, offset + (off_t)half);
  step ("write");
  return rest >= 0 ? first + rest : first > 0 ? first : rest;
}

SHIM ssize_t pwrite (int fd, const void *data, size_t length, off_t offset);
ssize_t
pwrite (int fd, const void *data, size_t length, off_t offset)
{
  return write_at (fd, data, length, offset);
}

SHIM ssize_t pwrite64 (int fd, const void *data, size_t length, off_t offset);
ssize_t
pwrite64 (int fd, const void *data, size_t length, off_t offset)
{
  return write_at (fd, data, length, offset);
}

SHIM ssize_t writev (int fd, const struct iovec *pieces, int n_pieces);
ssize_t
writev (int fd, const struct iovec *pieces, int n_pieces)
{
  NEXT ("writev", ssize_t (*) (int, const struct iovec *, int));
  ssize_t total = 0;

  if (!is_tracked (fd))
    return next (fd, pieces, n_pieces);
  for (int i = 0; i < n_pieces; i++)
    {
      ssize_t written = write (fd, pieces[i].iov_base, pieces[i].iov_len);

      if (written < 0)
        return total > 0 ? total : written;
      total += written;
      if ((size_t)written < pieces[i].iov_len)
        break;
    }
  return total;
}

static int
truncate_to (int fd, off_t size)
{
  NEXT ("ftruncate64", int (*) (int, off_t));
  int result = next (fd, size);

  if (result == 0 && is_tracked (fd))
    step ("truncate");
  return result;
}

SHIM int ftruncate (int fd, off_t size);
int
ftruncate (int fd, off_t size)
{
  return truncate_to (fd, size);
}

SHIM int ftruncate64 (int fd, off_t size);
int
ftruncate64 (int fd, off_t size)
{
  return truncate_to (fd, size);
}

static int
after_sync (int fd, int result)
{
  if (result == 0 && is_tracked (fd))
    {
      remember (fd);
      step ("sync");
    }
  return result;
}

SHIM int fsync (int fd);
int
fsync (int fd)
{
  NEXT ("fsync", int (*) (int));
  return after_sync (fd, next (fd));
}

SHIM int fdatasync (int fd);
int
fdatasync (int fd)
{
  NEXT ("fdatasync", int (*) (int));
  return after_sync (fd, next (fd));
}

/* Names. */

SHIM int rename (const char *from, const char *to);
int
rename (const char *from, const char *to)
{
  NEXT ("rename", int (*) (const char *, const char *));
  int result;

  if (is_below (to))
    keep (to);
  result = next (from, to);
  if (result == 0 && is_below (to))
    step ("rename");
  return result;
}

SHIM int link (const char *from, const char *to);
int
link (const char *from, const char *to)
{
  NEXT ("link", int (*) (const char *, const char *));
  int result = next (from, to);

  if (result == 0 && is_below (to))
    step ("link");
  return result;
}

SHIM int unlink (const char *path);
int
unlink (const char *path)
{
  NEXT ("unlink", int (*) (const char *));
  int result;

  if (is_below (path))
    keep (path);
  result = next (path);
  if (result == 0 && is_below (path))
    step ("unlink");
  return result;
}

SHIM int unlinkat (int folder, const char *name, int flags);
int
unlinkat (int folder, const char *name, int flags)
{
  NEXT ("unlinkat", int (*) (int, const char *, int));
  char path[PATH_MAX];
  int result;

  if (is_tracked (folder) && flags == 0)
    {
      snprintf (path, sizeof path, "/proc/self/fd/%d/%s", folder, name);
      keep (path);
    }
  result = next (folder, name, flags);
  if (result == 0 && is_tracked (folder))
    step ("unlink");
  return result;
}

/* The server. */

/* The first command that matters; NULL: there is none. */
static const char *
find_command (const char *data, size_t length)
{
  for (size_t i = 0; i + 4 <= length; i++)
    if (i == 0 || data[i - 1] == '\n')
      {
        if (memcmp (data + i, "DELE", 4) == 0)
          return "DELE";
        if (memcmp (data + i, "QUIT", 4) == 0)
          return "QUIT";
      }
  return NULL;
}

SHIM ssize_t send (int fd, const void *data, size_t length, int flags);
ssize_t
send (int fd, const void *data, size_t length, int flags)
{
  NEXT ("send", ssize_t (*) (int, const void *, size_t, int));
  ssize_t sent = next (fd, data, length, flags);
  const char *command = sent > 0 && !inside && get_root () != NULL ? find_command (data, (size_t)sent) : NULL;

  if (command != NULL)
    step (command);
  return sent;
}
