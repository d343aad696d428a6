using System.Buffers;
using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace UltraAI.Gateway.Tests.Admission;

/// <summary>Random bodies. What is admitted must be in scope for a reader that takes the first of several properties, and for one that takes the last.</summary>
public sealed class ModelPropertyTests
{
    private static readonly Gen<string> Name = Gen.Frequency(
        (6, Gen.Constant("model")),
        (2, Gen.Elements("Model", "MODEL", "mod\\u0065l", "\\u006dodel", "m\\u004fdel", "model ", "modell")),
        (6, Gen.Elements("messages", "metadata", "tools", "stream", "x", "n", "max_tokens", "messages", "\\u0078", "")));

    private static readonly Gen<string> Model = Gen.Elements(
        "\"gpt-4o\"", "\"gpt-4o-mini\"", "\"gpt\\u002d4o\"", "\"gpt-4o\"", "\"gpt-4o\"", "\"o1\"", "\"gpt-4\"", "\"o1\\u0000gpt-4o\"", "null", "1", "[\"gpt-4o\"]", "{\"id\":\"o1\"}", "\"\"");

    private static readonly Gen<string> Decoy = Gen.Elements(
        "1", "true", "null", "\"\\\"model\\\":\\\"o1\\\"\"", "{\"model\":\"o1\"}", "[{\"model\":\"o1\",\"a\":[[{}]]}]", "{\"mod\\u0065l\":\"gpt-4o\"}", "\"é😀\\n\"", "[]", "{}");

    private static readonly Gen<string> Space = Gen.Frequency((4, Gen.Constant("")), (1, Gen.Elements(" ", "\n", "\r\n", "\t ")));

    private static readonly Gen<string> Property =
        from before in Space
        from name in Name
        from after in Space
        from value in name is "messages" or "metadata" or "x" or "n" ? Decoy : Gen.Frequency((5, Model), (1, Decoy))
        select $"{before}\"{name}\"{after}:{value}{before}";

    // Whole in most cases; else cut, or with something behind, before or within it.
    private static readonly Gen<byte[]> Body =
        from count in Gen.Choose(0, 4)
        from properties in Property.ListOf(count)
        let text = "{" + string.Join(',', properties) + "}"
        from damage in Gen.Frequency((6, Gen.Constant(0)), (1, Gen.Choose(1, 4)))
        from at in Gen.Choose(0, text.Length)
        from extra in Gen.Elements(",", "}", " {\"model\":\"o1\"}", "\"", "\0", "\uFEFF", "x", "\n")
        select Encoding.UTF8.GetBytes(damage switch
        {
            1 => text[..at],
            2 => text + extra,
            3 => extra + text,
            4 => text.Insert(at, extra),
            _ => text,
        });

    [Fact]
    public void Admitted_IsInScopeForEveryReader()
    {
        var admitted = 0;
        var refused = 0;
        Prop.ForAll(Body.ToArbitrary(), body =>
        {
            var isAdmitted = Check(body) is null;
            _ = isAdmitted ? admitted++ : refused++;
            return !isAdmitted || IsInScopeForAll(body);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(5000));

        Assert.InRange(admitted, 200, int.MaxValue);
        Assert.InRange(refused, 200, int.MaxValue);
    }

    [Fact]
    public void OneModelInScope_IsAdmittedWhereverItStands()
    {
        var bodies =
            from before in Decoy.ListOf(3)
            from after in Decoy.ListOf(3)
            from model in Gen.Elements("\"model\":\"gpt-4o\"", "\"mod\\u0065l\" : \"gpt\\u002d4o-mini\"")
            select Encoding.UTF8.GetBytes("{" + string.Concat(before.Select((value, i) => $"\"a{i}\":{value},")) + model + string.Concat(after.Select((value, i) => $",\"b{i}\":{value}")) + "}");

        Prop.ForAll(bodies.ToArbitrary(), body => Check(body) is null).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));
    }

    private static Errors.GatewayError? Check(byte[] body) =>
        (ScopedRequest.Parse("openai ¦ POST /v1/chat/completions") with { Body = new ReadOnlySequence<byte>(body) }).Check("gpt-4o*");

    private static bool IsInScopeForAll(byte[] body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            var models = json.RootElement.EnumerateObject().Where(property => property.Name.Equals("model", StringComparison.OrdinalIgnoreCase)).Select(property => property.Value).ToArray();
            return models.Length > 0 && IsInScope(models[0]) && IsInScope(models[^1]);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static bool IsInScope(JsonElement model) => model.ValueKind == JsonValueKind.String && model.GetString()!.StartsWith("gpt-4o", StringComparison.Ordinal);
}
