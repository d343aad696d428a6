namespace UltraAI.Gateway.Compare.Scenarios;

/// <summary>What one measurement of one target gave: values by name. One with errors is void.</summary>
/// <param name="Values">Such as <c>cpu_us</c>, <c>p50_us</c>, <c>memory_kb</c>.</param>
/// <param name="Errors">Requests that were not answered as they should be, or did not reach the upstream as they should.</param>
internal sealed record Sample(IReadOnlyDictionary<string, double> Values, long Errors)
{
    /// <summary>Gets the sample of a target that broke down.</summary>
    public static Sample Broken { get; } = new(new Dictionary<string, double>(), 1);

    public bool IsVoid => Errors > 0;

    /// <summary>A value; not a number when the sample is void or doesn't have it.</summary>
    public double this[string name] => !IsVoid && Values.TryGetValue(name, out var value) ? value : double.NaN;
}
