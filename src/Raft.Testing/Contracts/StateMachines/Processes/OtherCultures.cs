using System.Globalization;

namespace Raft.Testing;

/// <summary>Cultures that differ from the invariant one in what programs usually depend on.</summary>
internal static class OtherCultures
{
    /// <summary>One with a comma, another minus and other dates. It exists everywhere, also in programs without culture data.</summary>
    public const string MadeUp = "made up";

    /// <summary>In the second, the small i has another capital; the third one counts years differently.</summary>
    public static IReadOnlyList<string> Names { get; } = [MadeUp, "tr-TR", "ar-SA"];

    /// <summary>Finds a culture, or the made-up one in a program without its data.</summary>
    public static CultureInfo Find(string name)
    {
        try
        {
            return name == MadeUp ? MakeUp() : CultureInfo.GetCultureInfo(name);
        }
        catch (CultureNotFoundException)
        {
            return MakeUp();
        }
    }

    private static CultureInfo MakeUp()
    {
        CultureInfo culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        culture.NumberFormat.NumberDecimalSeparator = ",";
        culture.NumberFormat.NumberGroupSeparator = ".";
        culture.NumberFormat.NegativeSign = "\u2212"; // as some cultures have it
        culture.DateTimeFormat.ShortDatePattern = "dd.MM.yyyy";
        culture.DateTimeFormat.LongTimePattern = "HH.mm.ss";
        return culture;
    }
}
