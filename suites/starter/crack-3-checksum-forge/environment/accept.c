/* The gate: lets an order on stdin pass when its checksum is the one that was sent ahead, and
 * it asks for at most 256 bytes of attention.
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { ORDER_MAX = 256 };

static const uint32_t announced = 0x713f2aafu;
static const char want[] = "order 1184\nfor: the back door\n";

static uint32_t crc32(const uint8_t *bytes, size_t length)
{
    uint32_t crc = 0xffffffffu;

    while (length--) {
        crc ^= *bytes++;
        for (int bit = 0; bit < 8; bit++)
            crc = (crc >> 1) ^ ((crc & 1) ? 0xedb88320u : 0);
    }
    return ~crc;
}

int main(void)
{
    uint8_t order[ORDER_MAX + 1];
    size_t length = fread(order, 1, sizeof order, stdin);
    size_t head = sizeof want - 1;

    if (length > ORDER_MAX || length < head || memcmp(order, want, head) != 0) {
        puts("not the order");
        return 1;
    }
    if (crc32(order, length) != announced) {
        puts("wrong checksum");
        return 1;
    }
    puts("accepted");
    return 0;
}
