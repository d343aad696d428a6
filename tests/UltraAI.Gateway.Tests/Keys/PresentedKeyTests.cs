using Microsoft.AspNetCore.Http;
using UltraAI.Gateway.Errors;
using UltraAI.Gateway.Forwarding;
using UltraAI.Gateway.Keys;
using UltraAI.Gateway.Providers;
using Xunit;

namespace UltraAI.Gateway.Tests.Keys;

public sealed class PresentedKeyTests
{
    private const string Key = "uag-0123456789";

    private readonly HeaderDictionary _headers = [];
    private string _target = "/v1/x";

    [Theory]
    [InlineData("Authorization", "Bearer " + Key)]
    [InlineData("Authorization", "bearer  " + Key + " ")]
    [InlineData("x-api-key", Key)]
    [InlineData("x-goog-api-key", Key)]
    [InlineData("api-key", Key)]
    [InlineData("Sec-WebSocket-Protocol", "openai-insecure-api-key." + Key)]
    public void Take_FindsTheKeyAndEmptiesThePlace(string field, string value)
    {
        _headers[field] = value;

        Assert.Null(Take(ProviderKinds.OpenAI, out var key));
        Assert.Equal(Key, key);
        Assert.Empty(_headers);
    }

    [Fact]
    public void Take_Subprotocols_KeepsTheOthersInOrder()
    {
        _headers["Sec-WebSocket-Protocol"] = $"realtime, openai-insecure-api-key.{Key}, openai-beta.realtime-v1";

        Assert.Null(Take(ProviderKinds.OpenAI, out var key));
        Assert.Equal(Key, key);
        Assert.Equal("realtime, openai-beta.realtime-v1", _headers["Sec-WebSocket-Protocol"]);
    }

    [Fact]
    public void Take_SameKeyTwice_IsFine()
    {
        _headers["Authorization"] = "Bearer " + Key;
        _headers["x-api-key"] = Key;

        Assert.Null(Take(ProviderKinds.Anthropic, out var key));
        Assert.Equal(Key, key);
    }

    [Fact]
    public void Take_EmptyPlace_DoesNotCount()
    {
        _headers["Authorization"] = "Bearer ";
        _headers["x-api-key"] = Key;

        Assert.Null(Take(ProviderKinds.Anthropic, out var key));
        Assert.Equal(Key, key);
        Assert.Empty(_headers);
    }

    [Theory]
    [InlineData("Authorization", "Bearer other")]
    [InlineData("api-key", "other")]
    [InlineData("Sec-WebSocket-Protocol", "realtime, openai-insecure-api-key.other")]
    [InlineData("Authorization", "Basic dXNlcjpwYXNz")]
    public void Take_SecondCredential_IsRefused(string field, string value)
    {
        _headers["x-api-key"] = Key;
        _headers[field] = value;

        Assert.Equal(ErrorCode.InvalidKey, Take(ProviderKinds.Anthropic, out _)?.Code);
    }

    [Theory]
    [InlineData("/v1/x/" + Key)]
    [InlineData("/v1/x?token=" + Key)]
    public void RefuseElsewhere_KeyInTheTarget_IsRefused(string target)
    {
        Assert.Equal(ErrorCode.InvalidKey, RefuseFields(target, Key)?.Code);
    }

    [Fact]
    public void RefuseElsewhere_KeyInAnotherField_IsRefused()
    {
        _headers["X-Custom"] = "my key is " + Key;

        Assert.Equal(ErrorCode.InvalidKey, RefuseFields("/v1/x", Key)?.Code);
        Assert.Null(RefuseFields("/v1/x", "another-key"));
    }

    [Theory]
    [InlineData("/v1/x?key=" + Key, "/v1/x")]
    [InlineData("/v1/x?key=" + Key + "&alt=sse", "/v1/x?alt=sse")]
    [InlineData("/v1/x?alt=sse&key=" + Key, "/v1/x?alt=sse")]
    [InlineData("/v1/x?a=%2f&key=" + Key + "&a=&b", "/v1/x?a=%2f&a=&b")]
    [InlineData("/v1/x?k%65y=" + Key, "/v1/x")]
    [InlineData("/v1/x?key=" + Key + "&key=" + Key, "/v1/x")]
    [InlineData("/v1/x?keys=1&key=" + Key + "&monkey=2", "/v1/x?keys=1&monkey=2")]
    public void Take_GoogleQuery_CutsTheKeyOutAlone(string target, string expected)
    {
        _target = target;

        Assert.Null(Take(ProviderKinds.Google, out var key));
        Assert.Equal(Key, key);
        Assert.Equal(expected, _target);
    }

    [Theory]
    [InlineData("/v1/x?key=a&key=b")]
    [InlineData("/v1/x?key=other")]
    public void Take_GoogleQueryWithAnotherKey_IsRefused(string target)
    {
        _target = target;
        _headers["x-goog-api-key"] = Key;

        Assert.Equal(ErrorCode.InvalidKey, Take(ProviderKinds.Google, out _)?.Code);
    }

    [Fact]
    public void Take_NoKey_SaysWhereItGoes()
    {
        var error = Take(ProviderKinds.OpenAI, out var key);

        Assert.Null(key);
        Assert.Equal(401, error?.StatusCode);
        Assert.Contains("Authorization: Bearer", error?.Message, StringComparison.Ordinal);
    }

    private GatewayError? RefuseFields(string target, string key) =>
        RequestPreparation.RefuseFields(_headers, target, key, new VirtualKey { Name = "k" }, out _);

    private GatewayError? Take(ProviderKind kind, out string? key) => PresentedKey.Take(_headers, kind, new ConnectionKey(), ref _target, out key);
}
