@op(unpack)
{
@fields(unpack; text:bytes, kind:u8)
@guard
size_t $need = 0;
unsigned $acc = $kind;
uint8_t *$buf, *$to;

@refuse($text_n == 0 || $text_n % 2 != 0)
for (size_t $i = 0; $i < $text_n; $i += 2)
$need += $text[$i]@<@| + ($text[$i] < @SPLIT ? 0 : @BIAS)@>;
$buf = malloc($need + @UNIT);
@refuse(!$buf)
memset($buf, 0, @UNIT);
$to = $buf + @UNIT;
for (size_t $i = 0; $i < $text_n; $i += 2) {
size_t $count = $text[$i];

if ($count >= @SPLIT)
$count += @BIAS;


@{while ($count-- > 0)@|for (; $count; $count--)@}
*$to++ = $text[$i + 1];
}
for (size_t $k = 0; $k < $need + @UNIT; $k++)
$acc = $acc * 31 + $buf[$k];
printf("@{%zu %08x@|unpacked %zu, %08x@|%zu=%x@}\n", $need, $acc);
free($buf);
@ok;
}
