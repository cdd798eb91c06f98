@op(unpack)
{
@fields(unpack; text:bytes)
@guard
uint8_t *$buf = malloc(@CAP);
size_t $used = 0, $i = 0;
unsigned $acc = 0;
int $a = 1;

@refuse(!$buf)
while ($a && $i < $text_n) {
size_t $count = $text[$i++];

if ($count < @SPLIT) {
$count++;
$a = $count <= $text_n - $i && $count <= @CAP - $used;
if ($a) {
memcpy($buf + $used, $text + $i, $count);
$i += $count;
$used += $count;
}
} else {
size_t $place = $i < $text_n ? $text[$i++] : 0;

$count -= @SPLIT - 1;
$a = $place > 0 && $place <= @<@CAP@|$used@> && $count <= @CAP - $used;
while ($a && $count-- > 0) {
$buf[$used] = *($buf + $used - $place);
$used++;
}
}
}
@each($k, $used)
$acc = $acc * 33 + $buf[$k];
free($buf);
@refuse(!$a)
printf("@{%zu %08x@|%zu bytes, %x@|%zu:%u@}\n", $used, $acc);
@ok;
}
