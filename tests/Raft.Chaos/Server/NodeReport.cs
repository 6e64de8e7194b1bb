using System.Globalization;

namespace Raft.Chaos;

/// <summary>What a node reports about itself.</summary>
/// <param name="Role">Its role.</param>
/// <param name="Term">Its term.</param>
/// <param name="Leader">The leader that it knows; a dash if it knows none.</param>
/// <param name="LastIndex">Its last entry.</param>
/// <param name="CommitIndex">The last entry that it knows to be committed.</param>
/// <param name="AppliedIndex">The last entry that it has applied.</param>
internal sealed record NodeReport(RaftRole Role, long Term, string Leader, long LastIndex, long CommitIndex, long AppliedIndex)
{
    public const string NoLeader = "-";

    public static NodeReport Of(RaftStatus status) => new(
        status.Role, status.Term, status.Leader?.Value ?? NoLeader, status.LastIndex, status.CommitIndex, status.AppliedIndex);

    public static NodeReport Parse(string text)
    {
        string[] words = text.Split(' ');
        return new NodeReport(
            Enum.Parse<RaftRole>(words[0]), Number(words[1]), words[2], Number(words[3]), Number(words[4]), Number(words[5]));
    }

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Role} {Term} {Leader} {LastIndex} {CommitIndex} {AppliedIndex}");

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
