using System.CommandLine;
using Raft.Cli.Certificates;
using Raft.Cli.Log;

namespace Raft.Cli;

/// <summary>The command <c>raft</c>.</summary>
internal static class RaftCommand
{
    /// <summary>Runs a command line.</summary>
    /// <param name="arguments">The arguments.</param>
    /// <param name="output">Receives the result.</param>
    /// <param name="error">Receives error messages.</param>
    /// <returns>An <see cref="ExitCode"/>.</returns>
    public static int Run(IReadOnlyList<string> arguments, TextWriter output, TextWriter error)
    {
        RootCommand root = new("Tools for the nodes of Raft.Core.") { LogCommand.Create(), CertsCommand.Create() };
        ParseResult parsed = root.Parse(arguments);
        if (parsed.Errors.Count > 0)
        {
            foreach (string message in parsed.Errors.Select(static problem => problem.Message))
            {
                error.WriteLine(message);
            }

            error.WriteLine("Run the command with --help for its arguments and options.");
            return (int)ExitCode.Usage;
        }

        return parsed.Invoke(new InvocationConfiguration { Output = output, Error = error });
    }
}
