@op(frame)
{
@fields(frame; text:bytes, number:u8)
@guard
uint8_t *$buf;
unsigned $acc = $number;
size_t $rest;

@refuse($text_n == 0@<@| || $text_n < @HEAD@>)
$buf = malloc($text_n);
@refuse(!$buf)
memcpy($buf, $text, $text_n);
$rest = $text_n - @HEAD;
@{for (size_t $i = 0; $i < $rest; $i++)
$acc = ($acc << 1 | $acc >> 31) ^ $buf[@HEAD + $i];@|for (const uint8_t *$p = $buf + @HEAD; $rest > 0; $p++, $rest--)
$acc = ($acc << 3 | $acc >> 29) + *$p;@}
printf("@{%08x@|frame %x@|%u@}\n", $acc);
free($buf);
@ok;
}
