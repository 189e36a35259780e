// What a vendor's program does with a database by MariaDB Connector/J: metadata first, statements that the
// server prepares and answers in binary, a batch that is sent ahead of its answers, rows that are fetched a few at
// a time, a transaction taken back, a failure, a statement that takes too long. One line for each thing that
// went as it should; any other end is a failure.

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

public final class Wards {
    private static final int TIMES = 12;
    private static final int BATCH = 500;

    public static void main(String[] arguments) throws Exception {
        String url = "jdbc:mariadb://" + arguments[0] + "/orca?user=wards&useServerPrepStmts=true";
        try (Connection connection = DriverManager.getConnection(url)) {
            metadata(connection);
            prepared(connection);
            batch(connection);
            fetched(connection);
            takenBack(connection);
            failure(connection);
            tooLong(connection);
        }
        System.out.println("closed");
    }

    private static void metadata(Connection connection) throws SQLException {
        String[] tables = {"TABLE"};
        try (ResultSet found = connection.getMetaData().getTables("orca", null, "patients", tables)) {
            said(found.next(), "metadata");
        }
    }

    private static void prepared(Connection connection) throws SQLException {
        String sql = "select id, name from patients where id = ? and name like ?";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            int right = 0;
            for (int time = 1; time <= TIMES; time++) {
                statement.setInt(1, time);
                statement.setString(2, "name%");
                try (ResultSet row = statement.executeQuery()) {
                    right += row.next() && row.getInt(1) == time ? 1 : 0;
                }
            }
            said(right == TIMES, "prepared");
        }
    }

    private static void batch(Connection connection) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement("insert into patients values (?, ?)")) {
            for (int row = 0; row < BATCH; row++) {
                insert.setInt(1, 1000 + row);
                insert.setString(2, "batch " + row);
                insert.addBatch();
            }
            said(insert.executeBatch().length == BATCH, "batch");
        }
    }

    private static void fetched(Connection connection) throws SQLException {
        int rows = 0;
        try (Statement statement = connection.createStatement()) {
            statement.setFetchSize(50);
            try (ResultSet all = statement.executeQuery("select id, name from patients")) {
                while (all.next()) {
                    rows++;
                }
            }
        }
        said(rows == 100 + BATCH, "fetched");
    }

    private static void takenBack(Connection connection) throws SQLException {
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate("delete from patients");
            connection.rollback();
            connection.setAutoCommit(true);
            try (ResultSet left = statement.executeQuery("select count(*) from patients")) {
                said(left.next() && left.getInt(1) == 100 + BATCH, "taken back");
            }
        }
    }

    private static void failure(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.executeQuery("select * from nothing_of_this_name");
            said(false, "failure");
        } catch (SQLException expected) {
            said("42S02".equals(expected.getSQLState()), "failure");
        }
    }

    private static void tooLong(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.setQueryTimeout(1);
            statement.executeQuery("select sleep(600)");
            said(false, "too long");
        } catch (SQLException expected) {
            said("70100".equals(expected.getSQLState()), "too long");
        }
    }

    private static void said(boolean right, String what) {
        if (!right) {
            throw new IllegalStateException(what);
        }
        System.out.println(what);
    }
}
