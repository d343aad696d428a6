namespace UltraAI.Gateway.Storage;

/// <summary>The Lua scripts that are part of the program, each beside the class that runs it.</summary>
internal static class EmbeddedScript
{
    /// <param name="name">Its file, without <c>.lua</c>.</param>
    public static string Read(string name)
    {
        using var stream = typeof(EmbeddedScript).Assembly.GetManifestResourceStream(name + ".lua")
            ?? throw new InvalidOperationException($"There is no script '{name}'.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
