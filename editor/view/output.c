#include "editor/view/output.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void output_free(struct output *output)
{
    free(output->bytes);
    *output = (struct output){ 0 };
}

void output_bytes(struct output *output, const char *bytes, size_t size)
{
    if (output->room - output->size < size) {
        output->room = (output->room + size) * 2;
        output->bytes = realloc(output->bytes, output->room);
        if (!output->bytes)
            abort();
    }
    memcpy(output->bytes + output->size, bytes, size);
    output->size += size;
}

void output_text(struct output *output, const char *text)
{
    if (text)
        output_bytes(output, text, strlen(text));
}

void output_flush(struct output *output, int descriptor)
{
    size_t sent = 0;
    while (sent < output->size) {
        ssize_t count = write(descriptor, output->bytes + sent, output->size - sent);
        if (count > 0) {
            sent += (size_t)count;
        } else if (count < 0 && errno == EAGAIN) {
            struct pollfd ready = { .fd = descriptor, .events = POLLOUT };
            poll(&ready, 1, 1000);
        } else if (count == 0 || errno != EINTR) {
            break;
        }
    }
    output->size = 0;
}
