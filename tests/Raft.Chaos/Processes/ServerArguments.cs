using System.Globalization;

namespace Raft.Chaos;

/// <summary>The arguments of a server process.</summary>
/// <param name="Node">Its node.</param>
/// <param name="Data">The folder of its storage.</param>
/// <param name="FirstStart">What an empty folder means.</param>
/// <param name="SnapshotAfter">After how many entries it takes a snapshot.</param>
/// <param name="Certificates">The folder with certificates; empty for plaintext.</param>
/// <param name="Members">All nodes, each with the address at which this one dials it.</param>
internal sealed record ServerArguments(
    string Node, string Data, FirstStart FirstStart, int SnapshotAfter, string Certificates, IReadOnlyList<string> Members)
{
    public const string Command = "server";
    public const string Ready = "ready";

    public static ServerArguments Parse(string[] arguments) => new(
        arguments[1],
        arguments[2],
        Enum.Parse<FirstStart>(arguments[3]),
        int.Parse(arguments[4], CultureInfo.InvariantCulture),
        arguments[5],
        arguments[6..]);

    public string[] ToArguments() =>
        [Command, Node, Data, FirstStart.ToString(), SnapshotAfter.ToString(CultureInfo.InvariantCulture), Certificates, .. Members];
}
