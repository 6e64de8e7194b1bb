using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using Raft.Analyzers.StateMachines;

namespace Raft.Analyzers.Checks;

/// <summary>Handlers of every exception that neither filter nor throw.</summary>
internal static class CatchChecks
{
    public static void Check(Body body, ICatchClauseOperation clause)
    {
        bool catchesAll = clause.ExceptionType is null
            || clause.ExceptionType.SpecialType == SpecialType.System_Object
            || SymbolEqualityComparer.Default.Equals(clause.ExceptionType, body.Known.Exception);
        if (!catchesAll || clause.Filter is not null || clause.Handler.Descendants().Any(static each => each is IThrowOperation))
        {
            return;
        }

        Location keyword = clause.Syntax.GetFirstToken().GetLocation();
        body.Report(Rules.CatchAll, keyword, Phases.Apply, unlessDurable: false, Finding.Place);
    }
}
