/* The bench's clock: small and static, so that it adds as little as possible and always the same.
 *
 *   clock                 prints the time: what the measured wrappers become
 *   clock CMD [ARG…]      starts CMD and prints, in nanoseconds, when it was started and when it had ended, then its
 *                         processor time in microseconds, its peak of resident memory in KiB, and its exit status
 *
 * The times are those of CLOCK_MONOTONIC, which all processes share. The launcher is not the bench itself because the kernel
 * counts the memory of whoever forks as that of the child. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long long now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static long long microseconds(struct timeval time) {
    return time.tv_sec * 1000000LL + time.tv_usec;
}

int main(int argc, char **argv) {
    long long begin = now();
    if (argc < 2) {
        dprintf(1, "%lld\n", begin);
        return 0;
    }
    pid_t child = vfork();
    if (child == 0) {
        execvp(argv[1], argv + 1);
        _exit(127);
    }
    int status;
    struct rusage usage;
    if (child < 0 || wait4(child, &status, 0, &usage) != child) {
        return 1;
    }
    dprintf(1, "%lld %lld %lld %ld %d\n", begin, now(), microseconds(usage.ru_utime) + microseconds(usage.ru_stime),
            usage.ru_maxrss, WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
    return 0;
}
