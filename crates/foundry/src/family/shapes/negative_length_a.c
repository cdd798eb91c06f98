@op(frame)
{
@fields(frame; count:u16, text:bytes)
@guard
@<@{short@|int16_t@} $rest = (@{short@|int16_t@})$count;@|@{int $rest = (int)$count;@|int32_t $rest = (int32_t)$count;@|long $rest = (long)$count;@}@>
uint8_t $buf[@CAP];
unsigned $acc = @SALT;

@refuse($rest > @CAP || $rest > (int)$text_n)
memset($buf, 0, sizeof $buf);
memcpy($buf, $text, (size_t)$rest);
@each($i, sizeof $buf)
$acc = $acc * @MUL + $buf[$i];
printf("@{%08x@|frame %x@|%u@}\n", $acc);
@ok;
}
