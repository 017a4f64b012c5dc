/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "cli/tables.h"

/*
 * A file opened while descriptor 0, 1 or 2 is closed would get that number, and
 * the report would be written into it.  So occupy them, in the direction that
 * they are never used: writing to a closed stdout stays an error.  Without
 * /dev/null by a path alone, which can neither be read nor written (open(2),
 * O_PATH).
 */
static int stdio_open(void)
{
	for (int fd = 0; fd <= 2; fd++)
		if (fcntl(fd, F_GETFD) == -1 && errno == EBADF &&
			open("/dev/null", fd ? O_RDONLY : O_WRONLY) < 0 &&
			open("/", O_PATH) < 0)
			return complain("descriptor %d is closed, and nothing "
					"can be opened in its place: %s",
				fd, strerror(errno));
	return 0;
}

/* What was printed has arrived only if closing says so (a full disk, NFS). */
static int stdio_close(int rc)
{
	bool lost = ferror(stdout);

	errno = 0;
	if (fclose(stdout) || lost)
		return complain("cannot write the output: %s",
			errno ? strerror(errno) : "write error");
	return rc;
}

int main(int argc, char **argv)
{
	struct options opts;
	int rc = stdio_open();

	if (rc)
		return rc;
	/* A file above the limit (setrlimit(2), RLIMIT_FSIZE) is an error to
	 * be reported, like a full disk, instead of a signal that kills. */
	signal(SIGXFSZ, SIG_IGN);
	switch (options_parse(argc, argv, &opts)) {
	case PARSED_RUN:
		rc = commands[opts.command].run(&opts);
		break;
	case PARSED_HELP:
		usage_help(stdout, opts.command);
		break;
	case PARSED_VERSION:
		printf("tscal %s\n", TSCAL_VERSION);
		break;
	case PARSED_BAD:
		rc = EXIT_FAILED;
		break;
	}
	return stdio_close(rc);
}
