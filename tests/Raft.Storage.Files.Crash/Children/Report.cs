namespace Raft.Storage.Files.Crash;

/// <summary>The first word of what a child process reports, a line each.</summary>
internal static class Report
{
    /// <summary>It is about to open the folder.</summary>
    public const string Opening = "opening";

    /// <summary>A call is about to be made. Its number follows.</summary>
    public const string Called = "called";

    /// <summary>A call is complete, as are all before it. Its number follows, or the index and the command of a proposal.</summary>
    public const string Acknowledged = "acknowledged";

    /// <summary>The process ends because of a problem, which follows.</summary>
    public const string Problem = "problem";
}
