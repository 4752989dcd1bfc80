/* Whatever a file holds, writing what was read gives the same bytes. The first byte says whether a form is
 * asked for. */
#include "editor/base/bytes.h"
#include "editor/text/form.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

static bool collect(void *user, const char *bytes, size_t size, struct error *error)
{
    (void)error;
    bytes_append(user, bytes, size);
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes out = { 0 };
    struct file_form form, asked = { .encoding = size && data[0] % 8 == 7 ? ENCODING_LATIN1 : ENCODING_UTF8 };
    size_t skip = size ? 1 : 0;
    char *bytes = malloc(size + 1);
    memcpy(bytes, data + skip, size - skip);
    struct text *text = form_decode(bytes, size - skip, size && data[0] % 2 ? &asked : NULL, &form);
    if (!form_encode(text, (struct span){ 0, text_size(text) }, &form, true, collect, &out, NULL))
        abort();
    if (out.size != size - skip || (out.size && memcmp(out.data, data + skip, out.size)))
        abort();
    bytes_free(&out);
    text_free(text);
    return 0;
}
