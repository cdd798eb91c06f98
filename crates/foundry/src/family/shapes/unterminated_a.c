@op(set)
{
@fields(set; text:bytes, number:u8)
@guard
char *$buf = malloc(@CAP);
size_t $used = @<@{$text_n < @CAP ? $text_n : @CAP@|$text_n > @CAP ? @CAP : $text_n@}@|@{$text_n < @CAP ? $text_n : @CAP - 1@|$text_n >= @CAP ? @CAP - 1 : $text_n@}@>;
size_t $count;

@refuse(!$buf)
memcpy($buf, $text, $used);
if ($used < @CAP)
$buf[$used] = '\0';
@{$count = strlen($buf);@|for ($count = 0; $buf[$count] != '\0'; $count++)
continue;@|$count = 0;
while ($buf[$count])
$count++;@}
printf("@{%zu %u@|%zu letters, %u@|%zu:%u@}\n", $count, $number);
free($buf);
@ok;
}
