using System.Globalization;

namespace UltraAI.Gateway.Soak;

/// <summary>The command line.</summary>
/// <param name="Minutes">How long the load goes on.</param>
/// <param name="Clients">How many clients there are at once.</param>
/// <param name="Report">Where the samples go as lines of JSON; null: nowhere.</param>
internal sealed record SoakOptions(double Minutes, int Clients, string? Report)
{
    public const string Usage = "usage: dotnet run -c Release --project loadtests/UltraAI.Gateway.Soak -- [--minutes 20] [--clients 48] [--report FILE]";

    /// <returns>Null if something else stands there.</returns>
    public static SoakOptions? Parse(string[] args)
    {
        var options = new SoakOptions(20, 48, null);
        for (var i = 0; i + 1 < args.Length; i += 2)
        {
            switch (args[i])
            {
                case "--minutes" when double.TryParse(args[i + 1], CultureInfo.InvariantCulture, out var minutes) && minutes > 0:
                    options = options with { Minutes = minutes };
                    break;
                case "--clients" when int.TryParse(args[i + 1], CultureInfo.InvariantCulture, out var clients) && clients > 0:
                    options = options with { Clients = clients };
                    break;
                case "--report":
                    options = options with { Report = args[i + 1] };
                    break;
                default:
                    return null;
            }
        }

        return args.Length % 2 == 0 ? options : null;
    }
}
