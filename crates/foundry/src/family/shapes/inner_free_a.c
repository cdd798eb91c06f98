@op(set)
{
@fields(set; text:bytes, number:u8)
@guard
char *$buf = malloc($text_n + 1), *$to = $buf;

@refuse(!$buf)
memcpy($buf, $text, $text_n);
$buf[$text_n] = '\0';
@{while (*$to == @BLANK)
$to++;@|for (; *$to == @BLANK; $to++)
continue;@|$to += strspn($to, (const char[]){ @BLANK, 0 });@}
printf("@{%s %u@|%s, %u@|'%s' %u@}\n", $to, $number);
free(@<$to@|$buf@>);
@ok;
}
