using System.Text.Json;

namespace UltraAI.Gateway.Providers.Inspection;

internal ref partial struct JsonBody
{
    // generationConfig, parameters, stream_options: one level below the top.
    private bool ReadSettings()
    {
        while (_reader.Read())
        {
            if (_reader.TokenType == JsonTokenType.EndObject)
            {
                return true;
            }

            var name = NextName();
            if (!_reader.Read())
            {
                return false;
            }

            switch (name)
            {
                case JsonName.MaxOutput:
                    ReadMaxOutput();
                    break;
                case JsonName.Choices:
                    ReadChoices();
                    break;
                case JsonName.IncludeUsage:
                    _facts.AsksForUsage |= _reader.TokenType == JsonTokenType.True;
                    break;
            }

            if (!_reader.TrySkip())
            {
                return false;
            }
        }

        return false;
    }

    // tools[].model: OpenAI's image_generation, Anthropic's advisor. A function's own parameters are deeper.
    private bool ReadTools()
    {
        while (_reader.Read())
        {
            if (_reader.TokenType == JsonTokenType.EndArray)
            {
                return true;
            }

            if (!(_reader.TokenType == JsonTokenType.StartObject ? ReadTool() : _reader.TrySkip()))
            {
                return false;
            }
        }

        return false;
    }

    private bool ReadTool()
    {
        var models = 0;
        var needsModel = false;
        while (_reader.Read())
        {
            if (_reader.TokenType == JsonTokenType.EndObject)
            {
                if (needsModel && models == 0)
                {
                    _facts.ToolFault ??= "the tool 'image_generation' names no model, so it would run one that is not established";
                }

                return true;
            }

            var name = NextName();
            if (!_reader.Read())
            {
                return false;
            }

            if (name is JsonName.Model or JsonName.ModelVariant)
            {
                ReadToolModel(name, ++models);
            }
            else if (name == JsonName.Type)
            {
                needsModel |= _reader.TokenType == JsonTokenType.String && _reader.ValueTextEquals("image_generation"u8);
            }

            if (!_reader.TrySkip())
            {
                return false;
            }
        }

        return false;
    }

    private void ReadToolModel(JsonName name, int count)
    {
        if (count > 1 || name == JsonName.ModelVariant || ModelText() is not { } model)
        {
            _facts.Fault ??= "the 'model' of a tool is not one string";
        }
        else
        {
            AddModel(model, isFirst: false);
        }
    }

    // Anthropic's message batches: requests[].params.model. The maximum is that of all requests together.
    private bool ReadRequests()
    {
        if (_reader.TokenType != JsonTokenType.StartArray)
        {
            Spoil("'requests' is not an array");
            return _reader.TrySkip();
        }

        while (_reader.Read())
        {
            if (_reader.TokenType == JsonTokenType.EndArray)
            {
                return true;
            }

            if (_reader.TokenType != JsonTokenType.StartObject)
            {
                Spoil("an entry of 'requests' is not an object");
            }

            if (!(_reader.TokenType == JsonTokenType.StartObject ? ReadRequest() : _reader.TrySkip()))
            {
                return false;
            }
        }

        return false;
    }

    private bool ReadRequest()
    {
        var count = 0;
        while (_reader.Read())
        {
            if (_reader.TokenType == JsonTokenType.EndObject)
            {
                return count == 1 || Spoil("an entry of 'requests' has no 'params', or two");
            }

            var name = NextName();
            if (!_reader.Read())
            {
                return false;
            }

            var isParams = name == JsonName.Params && ++count == 1 && _reader.TokenType == JsonTokenType.StartObject;
            if (!(isParams ? ReadParams() : _reader.TrySkip()))
            {
                return false;
            }
        }

        return false;
    }

    private bool ReadParams()
    {
        var models = 0;
        var before = _facts.MaxOutputTokens;
        _facts.MaxOutputTokens = null;
        while (_reader.Read())
        {
            if (_reader.TokenType == JsonTokenType.EndObject)
            {
                _facts.MaxOutputTokens = before is null && _facts.MaxOutputTokens is null ? null : Sum(before ?? 0, _facts.MaxOutputTokens ?? 0);
                return models == 1 || Spoil("the 'params' of an entry of 'requests' have no 'model', or two");
            }

            var name = NextName();
            if (!_reader.Read() || !ReadValue(name, hasModel: true, ref models))
            {
                return false;
            }
        }

        return false;
    }

    private static long Sum(long left, long right) => left > long.MaxValue - right ? long.MaxValue : left + right;

    private readonly JsonName NextName()
    {
        if (!_reader.HasValueSequence && !_reader.ValueIsEscaped)
        {
            return JsonNames.Find(_reader.ValueSpan);
        }

        if ((_reader.HasValueSequence ? _reader.ValueSequence.Length : _reader.ValueSpan.Length) > JsonNames.MaxRawLength)
        {
            return JsonName.Other;
        }

        Span<byte> buffer = stackalloc byte[JsonNames.MaxRawLength];
        var name = buffer[.._reader.CopyString(buffer)];

        // A reader that takes NUL for the end would see another name.
        return name.Contains((byte)0) ? JsonName.FurtherModels : JsonNames.Find(name);
    }

    private readonly string? ModelText()
    {
        if (_reader.TokenType != JsonTokenType.String)
        {
            return null;
        }

        if (!_reader.HasValueSequence && !_reader.ValueIsEscaped)
        {
            return ModelNames.Shared.Get(_kind.BareModel(_reader.ValueSpan));
        }

        const int MaxRawLength = 6 * ModelNames.MaxBytes;
        if ((_reader.HasValueSequence ? _reader.ValueSequence.Length : _reader.ValueSpan.Length) > MaxRawLength)
        {
            return null;
        }

        Span<byte> buffer = stackalloc byte[MaxRawLength];
        return ModelNames.Shared.Get(_kind.BareModel(buffer[.._reader.CopyString(buffer)]));
    }
}
