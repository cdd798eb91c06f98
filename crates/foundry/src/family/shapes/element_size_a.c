@op(tally)
{
@fields(tally; text:bytes, amount:u8)
@guard
uint32_t *$buf;
uint32_t $acc = 0;

@refuse($text_n == 0)
$buf = malloc(@<@{$text_n@|$text_n * sizeof(uint8_t)@|$text_n * sizeof(uint16_t)@|$text_n * sizeof *$text@}@|@{$text_n * sizeof *$buf@|$text_n * sizeof(uint32_t)@|sizeof *$buf * $text_n@}@> + @BIAS);
@refuse(!$buf)
@each($i, $text_n)
$buf[$i] = $text[$i] * @SCALE + $amount;
@each($k, $text_n)
$acc = $acc * @MUL + @{$buf[$k]@|$buf[$text_n - 1 - $k]@};
printf("@{%u@|tally %08x@|%x@}\n", $acc);
free($buf);
@ok;
}
