/* YAML as themes read it. */
#include "tests/fuzz/fuzz.h"

#include "editor/view/theme.h"

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int descriptor = memfd_create("theme", 0);
    char path[64];
    struct theme theme;
    snprintf(path, sizeof path, "/proc/self/fd/%d", descriptor);
    theme_default(&theme, 256);
    if (write(descriptor, data, size) == (ssize_t)size)
        theme_read(&theme, path, 256, NULL);
    close(descriptor);
    return 0;
}
