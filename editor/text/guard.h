/* guard.h - reading mapped files that another program cuts short. */
#ifndef EDITOR_TEXT_GUARD_H
#define EDITOR_TEXT_GUARD_H

/* From now on a page of a mapped file that is gone from the file reads as zero bytes, instead of ending the
 * process by SIGBUS. For the whole process; calling it again does no harm. */
void guard_mapped_files(void);

#endif
