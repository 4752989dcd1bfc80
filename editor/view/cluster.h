/* cluster.h - what stands in one place of the screen: a grapheme cluster, or a byte that is no UTF-8, or a control character. */
#ifndef EDITOR_VIEW_CLUSTER_H
#define EDITOR_VIEW_CLUSTER_H

#include <stddef.h>

/* Bytes of the cluster that `text` (of `size` bytes, at least one) begins with; a byte that is no UTF-8 is one of its own. */
size_t cluster_size(const char *text, size_t size);
/* Columns that it takes: 0 (a lone combining mark), 1 or 2; of a control character or a bad byte: -1. */
int cluster_width(const char *text, size_t size);

#endif
