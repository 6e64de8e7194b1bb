using System.Globalization;

namespace Raft.Storage.Files.Crash;

/// <summary>What a <see cref="StoreChild"/> does, as arguments of its process.</summary>
internal sealed record StoreChildArguments(string Folder, long Seed, long From)
{
    public const string Command = "store-child";

    /// <summary>How many calls to make before it ends by itself; negative for no end.</summary>
    public long Calls { get; init; } = -1;

    /// <summary>The largest number of calls under way. Null: it changes.</summary>
    public int? UnderWay { get; init; }

    /// <summary>Whether each call is reported before it is made.</summary>
    public bool ReportsCalls => Calls >= 0;

    /// <summary>What is wrong with the storage.</summary>
    public Defect Defect { get; init; }

    public static StoreChildArguments Parse(string[] arguments) => new(arguments[1], Number(arguments[2]), Number(arguments[3]))
    {
        Calls = Number(arguments[4]),
        UnderWay = Number(arguments[5]) is > 0 and var underWay ? (int)underWay : null,
        Defect = Enum.Parse<Defect>(arguments[6]),
    };

    public string[] ToArguments() => [Command, Folder, Text(Seed), Text(From), Text(Calls), Text(UnderWay ?? 0), Defect.ToString()];

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
