struct $$cursor {
%POINTER%*$$at;
%BOUND%;
%FLAG%
};

static %RESULT% $$take_number(struct $$cursor *$in, unsigned $width%OUT_NUMBER%)
{
%NUMBER%
}

static %STRING_RESULT%$$string(struct $$cursor *$in%OUT_STRING%, size_t *$count)
{
%STRING%
}
