namespace Raft.Testing;

/// <summary>In what the surroundings of another process differ from those of this one.</summary>
/// <param name="Name">The difference, for messages; empty for none.</param>
/// <param name="Variables">The environment variables that it sets.</param>
/// <param name="Culture">Its culture; null for the same.</param>
/// <param name="HoursFromUtc">Its time zone; null for the same.</param>
/// <param name="HasOtherFolder">Whether its working directory is another.</param>
internal sealed record Surroundings(
    string Name,
    IReadOnlyList<(string Name, string Value)> Variables,
    string? Culture = null,
    int? HoursFromUtc = null,
    bool HasOtherFolder = false)
{
    private static readonly (string, string)[] OneProcessor = [("DOTNET_PROCESSOR_COUNT", "1")];

    private static readonly (string, string)[] OlderProcessor = [("DOTNET_EnableAVX", "0")];

    private static readonly (string, string)[] OtherUser =
    [
        ("USER", "another"), ("USERNAME", "another"), ("LOGNAME", "another"), ("HOSTNAME", "another"), ("COMPUTERNAME", "ANOTHER"),
    ];

    /// <summary>A process that differs only in being another one: its id, its hash codes, its moment, and its static state.</summary>
    public static Surroundings Same { get; } = new("", []);

    /// <summary>
    /// Two processes that differ from this one, and whose local times are 26 hours apart: they never have the same hour and date.
    /// </summary>
    public static IReadOnlyList<Surroundings> Others { get; } =
    [
        new(
            "time zone UTC+14, culture tr-TR, one processor, another working directory and user",
            [.. OneProcessor, .. OtherUser],
            "tr-TR",
            HoursFromUtc: 14,
            HasOtherFolder: true),
        new("time zone UTC-12, culture ar-SA, a processor without AVX", OlderProcessor, "ar-SA", HoursFromUtc: -12),
    ];

    /// <summary>The differences one by one, to find out which of them matters.</summary>
    public static IReadOnlyList<Surroundings> Single { get; } =
    [
        new("the time zone UTC+14", [], HoursFromUtc: 14),
        new("the time zone UTC-12", [], HoursFromUtc: -12),
        new("the culture tr-TR", [], Culture: "tr-TR"),
        new("the culture ar-SA", [], Culture: "ar-SA"),
        new("the number of processors", OneProcessor),
        new("the instruction set of the processor", OlderProcessor),
        new("the environment variables of the user", OtherUser),
        new("the working directory", [], HasOtherFolder: true),
    ];
}
