/* An allocator that the processor watches: each block ends where memory ends that nothing can reach, begins after such
 * memory, and can never be reached again once it was freed. There is no report that could be hidden and nothing to
 * unmark: shut memory cannot be opened (see calls.c), and who touches it is ended by the kernel.
 *
 * A block's end is exact, so its beginning is only as aligned as its size is. That is enough for what the size is the
 * size of, and these processors read the rest just as well.
 */
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>

enum { PAGE = 4096, FRESH = 0xBE };

/* The most of one block; the chamber's memory ends far below. */
static const size_t LARGEST = (size_t)1 << 32;

/* On a page of its own: [header][shut][shut or block ... block][shut]. */
struct header {
    size_t size, mapped;
    const struct header *self;
};

static struct header *header_of(const void *block)
{
    return (struct header *)(((uintptr_t)block & ~(uintptr_t)(PAGE - 1)) - 2 * PAGE);
}

/* Memory that this program was never given, or has given back, has no header: reading it ends the program. */
static struct header *known(const void *block)
{
    struct header *header = header_of(block);

    if (header->self != header)
        __builtin_trap();
    return header;
}

static unsigned char *fresh(size_t size)
{
    size_t room = (size + PAGE - 1) / PAGE * PAGE;
    size_t mapped = room + 3 * PAGE;

    if (size > LARGEST)
        goto full;
    unsigned char *start = mmap(NULL, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (start == MAP_FAILED)
        goto full;
    struct header *header = (struct header *)start;
    *header = (struct header){size, mapped, header};
    if (mprotect(start + PAGE, PAGE, PROT_NONE) != 0 || mprotect(start + mapped - PAGE, PAGE, PROT_NONE) != 0)
        goto full;
    return start + mapped - PAGE - size;
full:
    errno = ENOMEM;
    return NULL;
}

/* Nothing is the size of one byte here: every block needs an address of its own. */
static size_t at_least_one(size_t size)
{
    return size ? size : 1;
}

void *malloc(size_t size)
{
    unsigned char *block = fresh(at_least_one(size));

    for (size_t i = 0; block && i < size; i++)
        block[i] = FRESH;
    return block;
}

void *calloc(size_t count, size_t each)
{
    size_t size;

    if (__builtin_mul_overflow(count, each, &size))
        size = SIZE_MAX;
    return fresh(at_least_one(size));
}

void free(void *block)
{
    if (!block)
        return;
    int before = errno;
    struct header *header = known(block);
    size_t mapped = header->mapped;
    if (madvise(header, mapped, MADV_DONTNEED) != 0 || mprotect(header, mapped, PROT_NONE) != 0)
        __builtin_trap();
    errno = before;
}

void *realloc(void *block, size_t size)
{
    if (!block)
        return malloc(size);
    size_t kept = known(block)->size;
    unsigned char *bigger = malloc(size);
    if (!bigger)
        return NULL;
    for (size_t i = 0; i < kept && i < size; i++)
        bigger[i] = ((unsigned char *)block)[i];
    free(block);
    return bigger;
}
