@op(quote)
{
@fields(quote; text:bytes, kind:u8)
@guard
uint8_t $buf[@CAP];
size_t $rest;

@refuse($text_n > sizeof $buf@<@| || $text_n < @HEAD@>)
$rest = $text_n - @HEAD;
memset($buf, (int)$kind, sizeof $buf);
memcpy($buf, $text@{ + @HEAD@|@}, $rest);
printf("@{%u %u@|%u..%u@|%u and %u@}\n", $buf[0], $buf[sizeof $buf - 1]);
@ok;
}
