using System.Globalization;
using System.Reflection;

namespace Raft.Docs.Tests;

/// <summary>The table of options is complete, in the order of the code, and has the defaults and ranges of the code.</summary>
public class OptionTableTests
{
    private static readonly PropertyInfo[] Options = typeof(RaftNodeOptions).GetProperties();
    private static readonly IReadOnlyList<string[]> Rows = MarkdownTable.Read("docs/operating.md", "Option", "Default", "Range");

    /// <summary>Defaults that depend on something else, or that are lists.</summary>
    private static readonly Dictionary<string, string> SpecialDefaults = new(StringComparer.Ordinal)
    {
        ["NodeId"] = "the node's name",
        ["Members"] = "none",
        ["HeartbeatInterval"] = "a fifth of the minimum",
        ["SnapshotTransferLogBytes"] = "four times `SnapshotAfterBytes`, or more",
        ["HangTimeout"] = "ten times the minimum",
        ["RandomSeed"] = "random",
    };

    [Fact]
    public void Table_Options_AreThoseOfTheCode() =>
        Assert.Equal(Options.Select(static option => $"`{option.Name}`"), Rows.Select(static row => row[0]));

    [Fact]
    public void Table_Defaults_AreThoseOfTheCode()
    {
        RaftNodeOptions defaults = new();

        Assert.Equal(
            Options.Select(option => $"{option.Name}: {DefaultOf(option, defaults)}"),
            Rows.Select(static row => $"{row[0].Trim('`')}: {row[1].Trim('`')}"));
    }

    [Fact]
    public void Table_SmallestNumbers_AreThoseOfTheCode()
    {
        IEnumerable<string> expected =
            from option in Options
            from attribute in option.CustomAttributes
            where attribute.AttributeType.Name == "AtLeastAttribute"
            select $"{option.Name}: at least {attribute.ConstructorArguments[0].Value}";

        Assert.Equal(
            expected,
            Rows.Where(static row => row[2].StartsWith("at least", StringComparison.Ordinal))
                .Select(static row => $"{row[0].Trim('`')}: {row[2]}"));
    }

    private static string DefaultOf(PropertyInfo option, RaftNodeOptions defaults) =>
        SpecialDefaults.TryGetValue(option.Name, out string? special) ? special : option.GetValue(defaults) switch
        {
            Enum name => $"{name}",
            bool isOn => isOn ? "on" : "off",
            TimeSpan time => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.###} s"),
            IConvertible number when option.Name.EndsWith("Bytes", StringComparison.Ordinal) => Bytes(number.ToInt64(null)),
            IConvertible number and not string => string.Create(CultureInfo.InvariantCulture, $"{number.ToInt64(null):N0}"),
            object value => $"{value}",
            null => "none",
        };

    private static string Bytes(long number) => number % (1 << 20) == 0 ? $"{number >> 20} MiB" : $"{number >> 10} KiB";
}
