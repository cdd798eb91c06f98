@op(tally)
{
@fields(tally; text:bytes, number:u8)
@guard
unsigned *$buf = calloc(256, sizeof *$buf);
unsigned $acc = 0;

@refuse(!$buf)
@each($i, $text_n) {
int $hash = (@<@{signed char@|char@|int8_t@}@|@{unsigned char@|uint8_t@}@>)$text[$i];

$buf[$hash] += @UNIT;
}
@each($k, 256)
$acc = @{$buf[$k] > $acc ? $buf[$k] : $acc@|$acc < $buf[$k] ? $buf[$k] : $acc@};
printf("@{%u %u@|most %u, %u@|%u:%u@}\n", $acc, $buf[$number]);
free($buf);
@ok;
}
