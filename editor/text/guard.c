#include "editor/text/guard.h"

#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Puts an empty page where the file has none any more, and lets the instruction run again. Only a page behind
 * the end of a mapped file gives BUS_ADRERR; everything else ends the process as it would have. */
static void replace_page(int number, siginfo_t *info, void *context)
{
    (void)context;
    size_t size = (size_t)sysconf(_SC_PAGESIZE);
    void *page = (void *)((uintptr_t)info->si_addr & ~(uintptr_t)(size - 1));
    int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED;
    if (info->si_code == BUS_ADRERR && mmap(page, size, PROT_READ, flags, -1, 0) == page)
        return;
    signal(number, SIG_DFL);
}

void guard_mapped_files(void)
{
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_sigaction = replace_page;
    action.sa_flags = SA_SIGINFO | SA_RESTART;
    sigemptyset(&action.sa_mask);
    sigaction(SIGBUS, &action, NULL);
}
