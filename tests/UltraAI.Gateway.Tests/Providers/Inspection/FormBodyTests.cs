using System.Text;
using Xunit;

namespace UltraAI.Gateway.Tests.Providers.Inspection;

public sealed class FormBodyTests
{
    private const string ContentType = "multipart/form-data; boundary=b";

    [Fact]
    public async Task ClientsOwnForm_IsRead()
    {
        using var form = new MultipartFormDataContent
        {
            { new ByteArrayContent(new byte[100_000]), "file", "päth a.wav" },
            { new StringContent("whisper-1"), "model" },
            { new StringContent("true"), "stream" },
        };
        var bytes = await form.ReadAsByteArrayAsync();

        foreach (var size in new[] { 1000, 4096, 100_000_000 })
        {
            var facts = Inspection.Of(Pieces.Of(bytes, size), target: "/v1/audio/transcriptions", contentType: form.Headers.ContentType!.ToString());

            Assert.Equal(("whisper-1", true, null), (facts.Model, facts.IsStream, facts.Fault));
        }
    }

    [Fact]
    public void Form_MayBeCutIntoSegmentsAnywhere()
    {
        var bytes = Encoding.UTF8.GetBytes(Form(Part("name=\"file\"; filename=\"a.wav\"", "--\r\n-\r--c\n"), Part("name=\"n\"", "3"), Part("name=model", "gpt-image-1")));
        for (var size = 1; size <= bytes.Length; size++)
        {
            var facts = Inspection.Of(Pieces.Of(bytes, size), target: "/v1/images/edits", contentType: ContentType);

            Assert.Equal(("gpt-image-1", 3, null), (facts.Model, facts.Choices, facts.Fault));
        }
    }

    [Theory]
    [InlineData("multipart/form-data; boundary=b")]
    [InlineData("Multipart/Form-Data; Boundary=\"b\"")]
    [InlineData("multipart/form-data; charset=utf-8; boundary=b")]
    public void ContentType_InUsualForms_IsRead(string contentType)
    {
        Assert.Equal("m", Inspection.Of(Form(Part("name=\"model\"", "m")), target: "/v1/images/edits", contentType: contentType).Model);
    }

    [Fact]
    public void Form_CutAnywhere_IsAFault()
    {
        var form = Form(Part("name=\"model\"", "m"), Part("name=\"file\"; filename=\"a\"", "x"));
        for (var length = 0; length < form.Length - 2; length++)
        {
            Assert.NotNull(Inspection.Of(form[..length], target: "/v1/images/edits", contentType: ContentType).Fault);
        }
    }

    [Fact]
    public void FirstPart_GivesTheModelThatIsInIt()
    {
        var form = Form(Part("name=\"model\"", "m"), Part("name=\"file\"; filename=\"a\"", "x"));
        var facts = Inspection.Of(form[..^10], target: "/v1/images/edits", contentType: ContentType, isWhole: false);

        Assert.Equal(("m", "only the first part of the body was read"), (facts.Model, facts.Fault));
    }

    [Fact]
    public void JsonForAFormsEndpoint_IsReadAsJson()
    {
        Assert.Equal("m", Inspection.Of("""{"model":"m"}""", target: "/v1/images/edits").Model);
    }

    private static string Part(string disposition, string value) => $"Content-Disposition: form-data; {disposition}\r\n\r\n{value}\r\n";

    private static string Form(params string[] parts) => string.Concat(parts.Select(part => "--b\r\n" + part)) + "--b--\r\n";
}
