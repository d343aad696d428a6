using System.Text.Json;

namespace UltraAI.Gateway.Providers.Inspection;

/// <summary>Reads a JSON body in one pass: the properties at its top, and the few below that matter.</summary>
/// <remarks>
/// A model counts only where every reader takes the same one: exactly one property, no second one in other letters, the whole text valid JSON in
/// valid UTF-8 without byte order mark. Names are compared after unescaping.
/// </remarks>
internal ref partial struct JsonBody
{
    // A schema of a tool may nest deeper than the reader's 64.
    private const int MaxDepth = 512;
    private const int MaxMoreModels = 64;

    private readonly ProviderKind _kind;
    private readonly RequestFacts _facts;
    private readonly InspectedRequest _request;
    private readonly bool _isBatch;
    private Utf8JsonReader _reader;
    private string? _model;
    private List<string>? _more;
    private bool _isModelSpoilt;

    public JsonBody(ProviderKind kind, in InspectedRequest request, RequestFacts facts)
    {
        _kind = kind;
        _facts = facts;
        _request = request;
        _isBatch = facts.Endpoint.Model == ModelPlace.BatchRequests;
        _reader = new Utf8JsonReader(request.Body, request.IsWhole, new JsonReaderState(new JsonReaderOptions { MaxDepth = MaxDepth }));
    }

    public void Read()
    {
        try
        {
            ReadWhole();
        }
        catch (JsonException)
        {
            Spoil("the body is not valid JSON");
        }
        catch (InvalidOperationException)
        {
            Spoil("the body has a name or model that is not valid Unicode");
        }

        TellModels();
    }

    private void ReadWhole()
    {
        if (!_reader.Read())
        {
            return;
        }

        if (_reader.TokenType != JsonTokenType.StartObject)
        {
            Spoil("the body is not a JSON object");
            return;
        }

        if (!ReadTop() || !_request.IsWhole)
        {
            return;
        }

        _reader.Read(); // throws for anything behind the object
        if (!Utf8Sequence.IsValid(_request.Body))
        {
            Spoil("the body is not valid UTF-8");
        }
    }

    /// <returns>False when the data ends before the object does.</returns>
    private bool ReadTop()
    {
        var models = 0;
        var batches = 0;
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

            var isRead = name switch
            {
                JsonName.Requests when _isBatch => batches++ == 0 ? ReadRequests() : Spoil("the body has 'requests' twice") && _reader.TrySkip(),
                _ => ReadValue(name, !_isBatch, ref models),
            };
            if (!isRead)
            {
                return false;
            }
        }

        return false;
    }

    // On a value. False when the data ends within it.
    private bool ReadValue(JsonName name, bool hasModel, ref int models)
    {
        switch (name)
        {
            case JsonName.Model or JsonName.ModelVariant when hasModel:
                ReadModel(name, ++models);
                break;
            case JsonName.Stream:
                _facts.IsStream |= _reader.TokenType == JsonTokenType.True;
                break;
            case JsonName.Background when _facts.Endpoint.Usage == UsageDialect.OpenAIResponses:
                // Imitations take 1 and "true" too.
                _facts.IsBackground |= _reader.TokenType is not (JsonTokenType.False or JsonTokenType.Null);
                break;
            case JsonName.MaxOutput:
                ReadMaxOutput();
                break;
            case JsonName.Choices:
                ReadChoices();
                break;
            case JsonName.Settings or JsonName.StreamOptions when _reader.TokenType == JsonTokenType.StartObject:
                return ReadSettings();
            case JsonName.Tools when _reader.TokenType == JsonTokenType.StartArray:
                return ReadTools();
            case JsonName.Prompt when _reader.TokenType == JsonTokenType.StartObject:
                _facts.Fault ??= "'prompt' is a stored prompt, which has a model of its own";
                break;
            case JsonName.FurtherModels when _reader.TokenType != JsonTokenType.Null:
                _facts.Fault ??= "a property beside 'model' names further models, a preset, an agent or data sources; leave it out";
                break;
        }

        return _reader.TrySkip();
    }

    private void ReadModel(JsonName name, int count)
    {
        if (count > 1)
        {
            Spoil("'model' is given twice, or again in other letters");
        }
        else if (name == JsonName.Model)
        {
            if (ModelText() is not { } model)
            {
                Spoil("'model' is not a string of 1 to 512 bytes");
            }
            else
            {
                AddModel(model, isFirst: !_isBatch);
            }
        }
    }

    private void ReadMaxOutput()
    {
        if (_reader.TokenType == JsonTokenType.Number && _reader.TryGetInt64(out var value) && value > (_facts.MaxOutputTokens ?? -1))
        {
            _facts.MaxOutputTokens = value;
        }
    }

    private void ReadChoices()
    {
        if (_reader.TokenType == JsonTokenType.Number && _reader.TryGetInt32(out var value) && value > _facts.Choices)
        {
            _facts.Choices = value;
        }
    }

    // The model of the body is the first one, wherever it stands; a tool's come behind it.
    private void AddModel(string model, bool isFirst)
    {
        if (isFirst || (_isBatch && _model is null))
        {
            _model = model;
            return;
        }

        if (model == _model || _more?.Contains(model) == true)
        {
            return;
        }

        if (_more?.Count == MaxMoreModels)
        {
            Spoil("the body names more than 64 different models");
            return;
        }

        (_more ??= []).Add(model);
    }

    private void TellModels()
    {
        if (_isModelSpoilt)
        {
            _facts.Model = _facts.Endpoint.Model == ModelPlace.Path ? _facts.Model : null;
            return;
        }

        if (_facts.Endpoint.Model == ModelPlace.Path)
        {
            // Google's bodies repeat the path's model, which alone counts there.
            if (_facts.Endpoint.NamesMoreInBody && _model is not null && _model != _facts.Model)
            {
                (_more ??= []).Add(_model);
            }
        }
        else
        {
            _facts.Model = _model;
        }

        _facts.MoreModels = _more;
    }

    // True, so that it can stand before what goes on.
    private bool Spoil(string fault)
    {
        _facts.Fault ??= fault;
        _isModelSpoilt = true;
        return true;
    }
}
