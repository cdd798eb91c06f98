/* Puts messages together again that arrive in short radio frames on stdin.
 *
 *   sync    1 byte   0x7e
 *   id      1 byte   0..3, which message
 *   total   1 byte   length of the whole message, 1..200
 *   offset  1 byte   where this piece belongs
 *   length  1 byte   length of this piece, 1..64
 *   piece   length bytes
 *   check   4 bytes  CRC-32 (as in zlib) over id..piece, big endian
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MESSAGES = 4, TOTAL_MAX = 200, PIECE_MAX = 64, HEAD = 4 };

struct message {
    uint8_t *bytes;
    uint8_t total;
    unsigned received;
};

struct frame {
    uint8_t id, total, offset, length;
    uint8_t piece[PIECE_MAX];
};

static struct message messages[MESSAGES];

static uint32_t crc32(uint32_t crc, const uint8_t *bytes, size_t length)
{
    crc = ~crc;
    while (length--) {
        crc ^= *bytes++;
        for (int bit = 0; bit < 8; bit++)
            crc = (crc >> 1) ^ ((crc & 1) ? 0xedb88320u : 0);
    }
    return ~crc;
}

static int read_frame(struct frame *frame)
{
    uint8_t head[HEAD], check[4];

    if (fread(head, 1, HEAD, stdin) != HEAD)
        return -1;
    frame->id = head[0];
    frame->total = head[1];
    frame->offset = head[2];
    frame->length = head[3];
    if (frame->id >= MESSAGES || frame->total < 1 || frame->total > TOTAL_MAX)
        return -1;
    if (frame->length < 1 || frame->length > PIECE_MAX)
        return -1;
    if (fread(frame->piece, 1, frame->length, stdin) != frame->length)
        return -1;
    if (fread(check, 1, sizeof check, stdin) != sizeof check)
        return -1;
    uint32_t sum = crc32(crc32(0, head, HEAD), frame->piece, frame->length);
    uint32_t want = (uint32_t)check[0] << 24 | (uint32_t)check[1] << 16 |
                    (uint32_t)check[2] << 8 | check[3];
    return sum == want ? 0 : -1;
}

static void print_message(unsigned id, struct message *message)
{
    printf("message %u: ", id);
    for (unsigned i = 0; i < message->total; i++) {
        int c = message->bytes[i];
        putchar(c >= ' ' && c <= '~' ? c : '.');
    }
    putchar('\n');
    free(message->bytes);
    memset(message, 0, sizeof *message);
}

static int take_frame(const struct frame *frame)
{
    struct message *message = &messages[frame->id];

    if (!message->bytes) {
        message->bytes = calloc(frame->total, 1);
        if (!message->bytes)
            return -1;
        message->total = frame->total;
    }
    uint8_t end = frame->offset + frame->length;
    if (frame->total != message->total || end > message->total)
        return -1;
    memcpy(message->bytes + frame->offset, frame->piece, frame->length);
    message->received += frame->length;
    if (message->received >= message->total)
        print_message(frame->id, message);
    return 0;
}

int main(void)
{
    struct frame frame;
    unsigned good = 0, bad = 0;
    int c;

    while ((c = getchar()) != EOF) {
        if (c != 0x7e)
            continue;
        if (read_frame(&frame) == 0 && take_frame(&frame) == 0)
            good++;
        else
            bad++;
    }
    printf("%u frames, %u refused\n", good, bad);
    for (unsigned i = 0; i < MESSAGES; i++)
        free(messages[i].bytes);
    return good == 0;
}
