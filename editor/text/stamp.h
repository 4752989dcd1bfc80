/* stamp.h - what a file was at one moment. */
#ifndef EDITOR_TEXT_STAMP_H
#define EDITOR_TEXT_STAMP_H

#include <stdbool.h>
#include <stdint.h>

struct file_stamp {
    bool exists;
    uint64_t device, inode, size, seconds, nanoseconds;
};

#endif
