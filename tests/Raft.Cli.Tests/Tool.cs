namespace Raft.Cli.Tests;

/// <summary>What a run of the tool has printed and returned.</summary>
internal sealed record Tool(ExitCode Code, string Output, string Error)
{
    /// <summary>The lines of the output.</summary>
    public string[] Lines => Output.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Runs a command line in this process.</summary>
    public static Tool Run(params string[] arguments)
    {
        StringWriter output = new();
        StringWriter error = new();
        int code = RaftCommand.Run(arguments, output, error);
        return new Tool((ExitCode)code, output.ToString(), error.ToString());
    }
}
