using System.Globalization;
using System.Text.RegularExpressions;

namespace Raft.Storage.Files.Crash;

/// <summary>The beginning or the end of a call of the operating system, as strace prints it.</summary>
/// <param name="Thread">The thread that makes it.</param>
/// <param name="Name">Its name, as in "fdatasync".</param>
/// <param name="Arguments">Its arguments. Those of an end are empty if its beginning was printed before.</param>
/// <param name="Begins">Whether this is its beginning.</param>
/// <param name="Ends">Whether this is its end. A call that no other interrupts begins and ends in one line.</param>
/// <param name="Result">What it returned; -1 for a failure.</param>
internal sealed partial record SystemCall(int Thread, string Name, string Arguments, bool Begins, bool Ends, long Result)
{
    /// <summary>Reads a line of <c>strace -f -y -o FILE</c>.</summary>
    /// <returns>Null if it is not about a call.</returns>
    public static SystemCall? Parse(string line)
    {
        if (Resumed().Match(line) is { Success: true } resumed)
        {
            return new SystemCall(Number(resumed, 1), resumed.Groups[2].Value, "", false, true, Number(resumed, 3));
        }

        if (Unfinished().Match(line) is { Success: true } unfinished)
        {
            return new SystemCall(Number(unfinished, 1), unfinished.Groups[2].Value, unfinished.Groups[3].Value, true, false, 0);
        }

        return Complete().Match(line) is { Success: true } complete
            ? new SystemCall(Number(complete, 1), complete.Groups[2].Value, complete.Groups[3].Value, true, true, Number(complete, 4))
            : null;
    }

    /// <summary>The path of the descriptor that is the first argument, as in <c>pwrite64(7&lt;/path&gt;, ...)</c>.</summary>
    public string DescriptorPath => Descriptor().Match(Arguments).Groups[1].Value;

    /// <summary>The strings among the arguments.</summary>
    public IReadOnlyList<string> Strings => [.. Quoted().Matches(Arguments).Select(static match => match.Groups[1].Value)];

    private static int Number(Match match, int group) =>
        (int)Math.Clamp(long.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture), -1, int.MaxValue);

    [GeneratedRegex(@"^(\d+) +(\w+)\((.*)\) += (-?\d+)")]
    private static partial Regex Complete();

    [GeneratedRegex(@"^(\d+) +(\w+)\((.*) <unfinished \.\.\.>$")]
    private static partial Regex Unfinished();

    [GeneratedRegex(@"^(\d+) +<\.\.\. (\w+) resumed>.*\) += (-?\d+)")]
    private static partial Regex Resumed();

    [GeneratedRegex(@"^\d+<([^>]*)>")]
    private static partial Regex Descriptor();

    [GeneratedRegex("\"([^\"]*)\"")]
    private static partial Regex Quoted();
}
