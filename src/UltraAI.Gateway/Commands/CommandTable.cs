using System.Globalization;
using System.Text.Json.Nodes;
using Spectre.Console;

namespace UltraAI.Gateway.Commands;

/// <summary>A table for a terminal, out of rows of JSON. Texts of a gateway are printed as they are, never as mark-up.</summary>
internal static class CommandTable
{
    /// <param name="console">Where to.</param>
    /// <param name="rows">One object per row.</param>
    /// <param name="none">What is said if there is none.</param>
    /// <param name="columns">Title, what stands there, and whether it is a number.</param>
    public static void Write(IAnsiConsole console, JsonArray rows, string none, params (string Title, Func<JsonNode, string> Of, bool IsNumber)[] columns)
    {
        if (rows.Count == 0)
        {
            console.WriteLine(none);
            return;
        }

        var table = new Table { Border = TableBorder.Simple };
        foreach (var (title, _, isNumber) in columns)
        {
            var column = new TableColumn(new Text(title));
            table.AddColumn(isNumber ? column.RightAligned().NoWrap() : column);
        }

        foreach (var row in rows)
        {
            table.AddRow(columns.Select(column => new Text(column.Of(row!))));
        }

        console.Write(table);
    }

    /// <summary>A text, or a dash.</summary>
    public static string TextOf(JsonNode? node) => node is null ? "-" : node.GetValueKind() == System.Text.Json.JsonValueKind.String ? (string)node! : node.ToJsonString();

    /// <summary>A whole number with its thousands apart, or a dash.</summary>
    public static string NumberOf(JsonNode? node) => node is null ? "-" : ((decimal)node).ToString("#,0", CultureInfo.InvariantCulture);

    /// <summary>US dollars, or a dash.</summary>
    public static string UsdOf(JsonNode? node) => node is null ? "-" : ((decimal)node).ToString("0.00####", CultureInfo.InvariantCulture);

    /// <summary>A list with commas; what is not restricted is "all".</summary>
    public static string ListOf(JsonNode? node) => node is JsonArray list ? string.Join(", ", list.Select(TextOf)) : "all";
}
