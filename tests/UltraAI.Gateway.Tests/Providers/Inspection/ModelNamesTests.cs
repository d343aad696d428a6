using System.Globalization;
using System.Text;
using UltraAI.Gateway.Providers.Inspection;
using Xunit;

namespace UltraAI.Gateway.Tests.Providers.Inspection;

public sealed class ModelNamesTests
{
    [Fact]
    public void Name_IsMadeOnce()
    {
        var names = new ModelNames();

        Assert.Same(names.Get("gpt-4o"u8), names.Get("gpt-4o"));
        Assert.Equal(1, names.Count);
    }

    [Fact]
    public void InventedNames_FillItAndTakeNothingAway()
    {
        var names = new ModelNames(16);
        var first = names.Get("gpt-4o"u8);
        Parallel.For(0, 10_000, i => Assert.Equal(i.ToString(CultureInfo.InvariantCulture), names.Get(Encoding.UTF8.GetBytes(i.ToString(CultureInfo.InvariantCulture)))));

        Assert.InRange(names.Count, 1, 16 + Environment.ProcessorCount);
        Assert.Same(first, names.Get("gpt-4o"u8));
    }

    [Fact]
    public void Name_ThatIsNone_IsNull()
    {
        Assert.Null(new ModelNames().Get(""u8));
        Assert.Null(new ModelNames().Get([0xC3]));
        Assert.Null(new ModelNames().Get(new byte[129].Select(_ => (byte)0xFF).ToArray()));
        Assert.Null(new ModelNames().Get(new string('x', 513)));
        Assert.Equal(512, new ModelNames().Get(new string('x', 512))!.Length);
    }
}
