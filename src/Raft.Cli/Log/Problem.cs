using System.Globalization;

namespace Raft.Cli.Log;

/// <summary>Something in a folder that is not as it was written.</summary>
/// <param name="Code">The exit code that it leads to.</param>
/// <param name="File">The name of the file.</param>
/// <param name="Offset">The offset in the file; null if it concerns the whole file.</param>
/// <param name="Index">The index of the first entry that it affects; null if it is not known.</param>
/// <param name="Text">What is wrong.</param>
internal sealed record Problem(ExitCode Code, string File, long? Offset, long? Index, string Text)
{
    /// <summary>The problem in one line.</summary>
    public override string ToString()
    {
        string kind = Code switch
        {
            ExitCode.Torn => "torn",
            ExitCode.NewerFormat => "newer format",
            _ => "corrupted",
        };
        string offset = Offset is { } at ? string.Create(CultureInfo.InvariantCulture, $", offset {at}") : "";
        string index = Index is { } first ? string.Create(CultureInfo.InvariantCulture, $", index {first}") : "";
        return $"{kind}: {File}{offset}{index}: {Text}";
    }
}
