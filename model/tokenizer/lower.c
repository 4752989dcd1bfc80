#include "model/tokenizer/lower.h"

#include "model/tokenizer/letters.h"

#include <utf8proc.h>

/* U+0130 is the only character whose lower case is two. */
void buffer_add_lower(struct buffer *buffer, uint32_t code)
{
    if (code == 0x130)
        buffer_add_text(buffer, "i\xcc\x87");
    else
        buffer_add_letter(buffer, (uint32_t)utf8proc_tolower((utf8proc_int32_t)code));
}
